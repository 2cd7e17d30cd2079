package slack

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// defaultWait is how long Slack is left alone after a 429 that does not say.
const defaultWait = 30 * time.Second

// maxWait bounds what an answer may ask for: a broken proxy must not silence a channel.
const maxWait = time.Hour

var (
	errLimit  = errors.New("slack asks for patience (rate limit)")
	errMoving = errors.New("slack answered team_added_to_org: the workspace is being moved")
)

// fate sorts the end of an exchange into the outcomes of watcher.Notifier. Code is
// Slack's word for what went wrong, "" if it said none; err says the rest.
func (x *exchange) fate(code string, err error) error {
	err = x.hide(err)
	switch {
	case x.status == http.StatusTooManyRequests || isLimit(code):
		return &watcher.RetryError{After: x.wait(), Err: errLimit}
	case !x.sent:
		return &watcher.RetryError{Err: fmt.Errorf("no connection to slack: %w", err)}
	case code != "" && isUnsure(code):
		return &watcher.UncertainError{Err: fmt.Errorf("slack answered %s", code)}
	case code == "team_added_to_org":
		return &watcher.RetryError{Err: errMoving}
	case code != "":
		return &refusal{code}
	case x.status >= 500 || x.status == http.StatusRequestTimeout:
		return &watcher.UncertainError{Err: fmt.Errorf("slack %w", x.failed())}
	case x.status >= 300:
		return &watcher.RetryError{Err: fmt.Errorf(
			"something that is not slack %w: is a proxy in between, or the address wrong?", x.failed())}
	case x.status != 0:
		return &watcher.UncertainError{Err: fmt.Errorf("slack's answer cannot be read: %w", err)}
	}
	return &watcher.UncertainError{Err: fmt.Errorf("no answer from slack: %w", err)}
}

// wait is what a 429 asks for: seconds by Slack's documentation, a date by the
// standard of HTTP, and one second more, as both clocks round.
func (x *exchange) wait() time.Duration {
	v := strings.TrimSpace(x.header.Get("Retry-After"))
	d := defaultWait
	if s, err := strconv.ParseFloat(v, 64); err == nil && s >= 0 && s < 1e6 {
		d = time.Duration(s * float64(time.Second))
	} else if at, err := http.ParseTime(v); err == nil {
		d = max(time.Until(at), 0)
	}
	return min(d+time.Second, maxWait)
}

// word returns Slack's own word in an error of slack-go, "" if there is none.
func word(err error) string {
	var refused slack.SlackErrorResponse
	if !errors.As(err, &refused) {
		return ""
	}
	if !isWord(refused.Err) {
		return "unknown_error" // whatever it is, it is not shown to operators
	}
	return refused.Err
}

// isWord reports whether s looks like a word of Slack's, such as "not_in_channel".
func isWord(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

func isLimit(code string) bool {
	switch code {
	case "ratelimited", "rate_limited", "message_limit_exceeded":
		return true
	}
	return false
}

// isUnsure reports whether Slack says itself that part of the work may be done.
func isUnsure(code string) bool {
	switch code {
	case "internal_error", "fatal_error", "request_timeout", "service_unavailable",
		"rollup_error", "unknown_error":
		return true
	}
	return false
}

// isUnreadable reports whether Slack refused the blocks of a message, which it may take
// as plain text.
func isUnreadable(code string) bool {
	switch code {
	case "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "block_mismatch",
		"invalid_payload":
		return true
	}
	return false
}

// isThreadGone reports whether Slack refused the thread of a message, not the message.
func isThreadGone(code string) bool {
	switch code {
	case "thread_not_found", "message_not_found", "cannot_reply_to_message",
		"restricted_action_thread_locked":
		return true
	}
	return false
}

// A refusal is Slack's final no, with what an operator can do about it.
type refusal struct {
	code string // Slack's word, such as "not_in_channel"
}

// Error has Slack's word and what to do about it.
func (r *refusal) Error() string {
	if c := cure(r.code); c != "" {
		return "slack refused: " + r.code + ": " + c
	}
	return "slack refused: " + r.code
}

// cure says what to do about a refusal.
func cure(code string) string {
	switch code {
	case "not_in_channel":
		return "invite the app to the channel: /invite @app"
	case "channel_not_found":
		return "is the channel's id right? To a private channel, invite the app: /invite @app"
	case "is_archived", "channel_is_archived":
		return "the channel is archived: unarchive it or name another"
	case "invalid_auth", "not_authed", "token_expired":
		return "the token is wrong or has expired: copy the bot's from the app's page, OAuth & Permissions"
	case "token_revoked", "account_inactive":
		return "the app was removed from the workspace: install it again and use its new token"
	case "missing_scope":
		return "give the bot the scopes chat:write and channels:history (private channel: groups:history), " +
			"then install it again"
	case "no_permission", "not_allowed_token_type":
		return "the token may not do this: use a bot's token (xoxb-)"
	case "accesslimited", "ekm_access_denied", "access_denied", "team_access_not_granted",
		"org_login_required":
		return "the workspace's administrators do not let the app in: ask them"
	case "restricted_action", "restricted_action_read_only_channel",
		"restricted_action_non_threadable_channel", "action_prohibited":
		return "the channel's settings forbid the app to post: change who may post there"
	case "message_not_found":
		return "the message was deleted in slack: there is nothing to change"
	case "cant_update_message", "edit_window_closed":
		return "the message cannot be changed: another app wrote it, or the workspace forbids it"
	case "no_service", "no_service_id", "no_active_hooks", "invalid_token", "no_team":
		return "the webhook was removed: make a new one on the app's page, Incoming Webhooks"
	case "user_not_found":
		return "the person who installed the webhook is gone: make a new one"
	case "posting_to_general_channel_denied":
		return "the workspace forbids the app to post to its general channel: name another"
	case "too_many_attachments", "msg_too_long", "no_text":
		return "slack does not take the message even as plain text"
	case "unknown_method":
		return "is api_url right? It ends with /api/"
	}
	return ""
}
