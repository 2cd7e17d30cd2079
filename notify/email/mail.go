package email

import (
	"bytes"
	"embed"
	"fmt"
	htmltemplate "html/template"
	"net/mail"
	"strings"
	texttemplate "text/template"

	gomail "github.com/wneessen/go-mail"
	"golang.org/x/net/idna"

	"github.com/sanctionwatch/sanctionwatch/notify"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// maxSubject keeps the subject, in characters, to what mail programs show.
const maxSubject = 180

// maxOutlets is how many outlets a mail names; its coverage line counts all.
const maxOutlets = 10

//go:embed body.txt.tmpl body.html.tmpl
var files embed.FS

// The two parts of a mail. Feeds' texts are only ever data of them.
var (
	plainBody = texttemplate.Must(texttemplate.New("body.txt.tmpl").Funcs(texttemplate.FuncMap(words)).ParseFS(files, "body.txt.tmpl"))
	htmlBody  = htmltemplate.Must(htmltemplate.New("body.html.tmpl").Funcs(words).ParseFS(files, "body.html.tmpl"))
)

// words are what the templates may call.
var words = htmltemplate.FuncMap{
	"emoji":  notify.Emoji,
	"label":  notify.Label,
	"stamp":  notify.Stamp,
	"join":   strings.Join,
	"colour": colour,
	"few":    few,
	"more":   func(m notify.Message) int { return m.OutletCount - len(few(m.Outlets)) },
}

// few returns the outlets that a mail names.
func few(all []watcher.Outlet) []watcher.Outlet { return all[:min(len(all), maxOutlets)] }

// colour is that of a severity, dark enough for white letters (contrast 4.5:1 or more).
func colour(s watcher.Severity) string {
	switch s {
	case watcher.Critical:
		return "#b91c1c"
	case watcher.High:
		return "#b45309"
	case watcher.Medium:
		return "#8a6100"
	case watcher.Low:
		return "#1d4ed8"
	}
	return "#4b5563"
}

// compose makes the mail to one recipient, byte for byte the same at every attempt but
// for the word that it may be a repeat.
func (n *Notifier) compose(o watcher.Outgoing, m notify.Message, to *mail.Address) ([]byte, error) {
	d := o.Delivery
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithBoundary("sanctionwatch-"+m.Delivery))
	msg.SetAddrHeaderFromMailAddress(gomail.HeaderFrom, n.from)
	msg.SetAddrHeaderFromMailAddress(gomail.HeaderTo, to)
	msg.Subject(notify.Clean(m.Subject(), maxSubject))
	msg.SetDateWithValue(d.Created.UTC())
	msg.SetGenHeader(gomail.HeaderMessageID, n.messageID(d))
	if ref := o.Parent.Ref; isMessageID(ref) {
		msg.SetGenHeader(gomail.HeaderReferences, ref)
		msg.SetGenHeader(gomail.HeaderInReplyTo, ref)
	}
	if n.opt.ListID != "" {
		msg.SetGenHeader("List-Id", "<"+n.opt.ListID+">")
	}
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no vacation answers
	msg.SetGenHeader("X-Auto-Response-Suppress", "All")  // the same for Exchange
	for _, h := range [][2]string{
		{"Delivery", m.Delivery},
		{"Story", m.Story},
		{"Alert", m.Alert},
		{"Reason", string(m.Reason)},
		{"Severity", string(m.Severity)},
		{"Themes", strings.Join(m.Themes, ", ")},
		{"Rules", rules(m)},
		{"Language", m.Language},
	} {
		if h[1] != "" {
			msg.SetGenHeader(gomail.Header("X-Sanctionwatch-"+h[0]), h[1])
		}
	}
	var text, page bytes.Buffer
	if err := plainBody.Execute(&text, m); err != nil {
		return nil, fmt.Errorf("write text: %w", err)
	}
	if err := htmlBody.Execute(&page, m); err != nil {
		return nil, fmt.Errorf("write html: %w", err)
	}
	msg.SetBodyString(gomail.TypeTextPlain, text.String())
	msg.AddAlternativeString(gomail.TypeTextHTML, page.String())
	var b bytes.Buffer
	if _, err := msg.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("write mail: %w", err)
	}
	return b.Bytes(), nil
}

// messageID is the same at every attempt, so that mail programs and some servers can
// tell a repeat.
func (n *Notifier) messageID(d watcher.Delivery) string {
	_, domain, _ := strings.Cut(n.from.Address, "@")
	if ascii, err := idna.Lookup.ToASCII(domain); err == nil {
		domain = ascii
	}
	return "<" + atom(string(d.ID)) + "." + atom(d.Channel) + "@" + domain + ">"
}

// atom makes s fit for the left side of a Message-ID.
func atom(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 && dotAtom(string(r)) {
			return r
		}
		return '-'
	}, s)
}

// isMessageID reports whether s can be named in References.
func isMessageID(s string) bool {
	return len(s) < 512 && strings.HasPrefix(s, "<") && strings.HasSuffix(s, ">") &&
		strings.Count(s, "@") == 1 && !strings.ContainsAny(s, " \t\r\n") && isASCII(s)
}

// rules lists the ids of the rules that fired.
func rules(m notify.Message) string {
	ids := make([]string, len(m.Why))
	for i, w := range m.Why {
		ids[i] = w.RuleID
	}
	return strings.Join(ids, ", ")
}
