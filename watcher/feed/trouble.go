package feed

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/sanctionwatch/sanctionwatch/watcher"
	"github.com/sanctionwatch/sanctionwatch/watcher/feed/article"
)

var (
	errLeft = errors.New("left for the next poll")
	errSame = errors.New("gave the text of another one, as pages that ask for consent do")
)

// tell notes how it went with an item's article.
func (c *Client) tell(r *Reading, it *watcher.Item, first bool, err error) {
	r.Asked++
	key := c.wording(*it)
	if err == nil {
		r.Read++
		c.articles.read.Add(1)
		c.articles.tried.put(key, attempt{read: true}, 1)
		return
	}
	words, again := trouble(err)
	if first && errors.Is(err, errLeft) {
		words = "not asked for on the first poll"
	}
	r.Troubles[words]++
	a, _ := c.articles.tried.get(key)
	if !errors.Is(err, errLeft) {
		a.tries++
		c.articles.unread.Add(1)
	}
	if !again || first {
		a = spent
	}
	if a.tries < mostTries && again && !first {
		r.later++
	}
	a.read = false
	c.articles.tried.put(key, a, 1)
}

// trouble says what was in the way of an article, and whether that may be over soon.
func trouble(err error) (words string, again bool) {
	if answer, ok := errors.AsType[*StatusError](err); ok {
		switch answer.Code {
		case http.StatusNotFound:
			return "not there any more", false
		case http.StatusUnauthorized, http.StatusPaymentRequired, http.StatusForbidden:
			return fmt.Sprintf("refused by the publisher (HTTP %d)", answer.Code), false
		}
		return fmt.Sprintf("answered with HTTP %d", answer.Code), answer.Code >= 500 || answer.Code == http.StatusTooManyRequests
	}
	if _, ok := errors.AsType[*privateError](err); ok {
		return "at a private address", false
	}
	switch {
	case errors.Is(err, watcher.ErrGone):
		return "not there any more", false
	case errors.Is(err, watcher.ErrBusy):
		return errLeft.Error(), true
	case errors.Is(err, errLeft), errors.Is(err, errAway):
		return err.Error(), true
	case errors.Is(err, errForbidden), errors.Is(err, errNoPage), errors.Is(err, errSame):
		return err.Error(), false
	case errors.Is(err, article.ErrNone):
		return "without more text than the feed gives", false
	case errors.Is(err, errCut):
		return "cut short", true
	case errors.Is(err, errTooLarge):
		return "too large", false
	case errors.Is(err, errRedirects):
		return "behind too many redirects", false
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, errSlow):
		return "too slow", true
	}
	return "not to be read", true
}
