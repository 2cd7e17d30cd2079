package slacktest

import (
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"
	"time"
)

// RenderHTML writes messages as a page that looks like a Slack channel: for pictures in
// documents. Answers stand under their message, times are in UTC.
func RenderHTML(w io.Writer, msgs []Message) error {
	answers := map[string][]Message{}
	var top []Message
	here := map[string]bool{}
	for _, m := range msgs {
		here[m.Channel+m.TS] = true
	}
	for _, m := range msgs {
		if m.ThreadTS != "" && here[m.Channel+m.ThreadTS] {
			answers[m.Channel+m.ThreadTS] = append(answers[m.Channel+m.ThreadTS], m)
			continue
		}
		top = append(top, m)
	}
	t, err := template.New("page").Funcs(template.FuncMap{
		"body":    body,
		"clock":   func(m Message) string { return m.At.UTC().Format("3:04 PM") },
		"answers": func(m Message) []Message { return answers[m.Channel+m.TS] },
	}).Parse(page)
	if err != nil {
		return fmt.Errorf("parse the page: %w", err)
	}
	if err := t.Execute(w, top); err != nil {
		return fmt.Errorf("render messages: %w", err)
	}
	return nil
}

// body draws the blocks of a message, or its text if it has none.
func body(m Message) template.HTML {
	var d drawing
	var blocks []map[string]any
	if json.Unmarshal(m.Blocks, &blocks) != nil || len(blocks) == 0 {
		d.mrkdwn(m.Text)
		return template.HTML(d.String())
	}
	for _, b := range blocks {
		d.block(b)
	}
	return template.HTML(d.String())
}

// A drawing is HTML in the making; every text passes through esc.
type drawing struct{ strings.Builder }

func (d *drawing) tag(format string, args ...any) { fmt.Fprintf(d, format, args...) }

func esc(s string) string {
	return strings.ReplaceAll(template.HTMLEscapeString(s), "\n", "<br>")
}

func text(o map[string]any, key string) string {
	s, _ := o[key].(string)
	return s
}

func objects(v any) []map[string]any {
	list, _ := v.([]any)
	var out []map[string]any
	for _, e := range list {
		if o, ok := e.(map[string]any); ok {
			out = append(out, o)
		}
	}
	return out
}

func (d *drawing) block(b map[string]any) {
	d.tag(`<div class="block %s">`, esc(kindOf(b)))
	defer d.tag("</div>\n")
	switch kindOf(b) {
	case "divider":
		d.tag("<hr>")
	case "header", "section":
		d.object(b["text"])
		for _, f := range objects(b["fields"]) {
			d.tag(`<div class="field">`)
			d.object(f)
			d.tag("</div>")
		}
	case "context", "actions":
		for _, e := range objects(b["elements"]) {
			d.tag(`<span class="%s">`, esc("e-"+kindOf(e)))
			if kindOf(e) == "button" {
				d.object(e["text"])
			} else {
				d.object(e)
			}
			d.tag("</span> ")
		}
	case "markdown":
		d.tag("%s", esc(text(b, "text")))
	case "image":
		d.tag("[%s]", esc(text(b, "alt_text")))
	case "rich_text":
		for _, e := range objects(b["elements"]) {
			d.rich(e)
		}
	}
}

// object draws a text object.
func (d *drawing) object(v any) {
	o, _ := v.(map[string]any)
	switch kindOf(o) {
	case "mrkdwn":
		d.mrkdwn(text(o, "text"))
	case "image":
		d.tag("[%s]", esc(text(o, "alt_text")))
	default:
		d.tag("%s", esc(text(o, "text")))
	}
}

func (d *drawing) mrkdwn(s string) {
	for _, p := range pieces(s) {
		switch {
		case p.kind == 'l':
			d.link(unescape(p.value), unescape(p.label), "")
		case strings.HasPrefix(p.value, "date^") && p.kind == '!':
			part := strings.SplitN(p.value, "^", 4)
			if n, err := strconv.ParseInt(part[1], 10, 64); err == nil && len(part) > 2 {
				d.tag("%s", esc(date(n, part[2])))
			}
		case p.kind != 0:
			d.tag(`<b class="mention">@%s</b>`, esc(p.value))
		default:
			for _, r := range styles(p.value) {
				d.styled(unescape(r.text), r.style)
			}
		}
	}
}

// styled writes words in the style of the marks given.
func (d *drawing) styled(words, marks string) {
	open, end := "", ""
	for _, r := range marks {
		name := map[rune]string{'*': "b", '_': "i", '~': "s", '`': "code"}[r]
		open, end = open+"<"+name+">", "</"+name+">"+end
	}
	d.tag("%s%s%s", open, esc(words), end)
}

func (d *drawing) link(to, label, marks string) {
	if label == "" {
		label = to
	}
	if scheme, _, _ := strings.Cut(to, ":"); scheme != "https" && scheme != "http" && scheme != "mailto" {
		d.styled(label, marks) // a page for pictures runs no javascript:
		return
	}
	d.tag(`<a href="%s">`, esc(to))
	d.styled(label, marks)
	d.tag("</a>")
}

// rich draws an element of a rich_text block.
func (d *drawing) rich(o map[string]any) {
	if kindOf(o) == "rich_text_list" {
		name := map[string]string{"ordered": "ol"}[text(o, "style")]
		if name == "" {
			name = "ul"
		}
		d.tag("<%s>", name)
		for _, e := range objects(o["elements"]) {
			d.tag("<li>")
			d.rich(e)
			d.tag("</li>")
		}
		d.tag("</%s>", name)
		return
	}
	name := map[string]string{"rich_text_quote": "blockquote", "rich_text_preformatted": "pre"}[kindOf(o)]
	if name == "" {
		name = "div"
	}
	d.tag("<%s>", name)
	for _, e := range objects(o["elements"]) {
		d.richElement(e)
	}
	d.tag("</%s>", name)
}

func (d *drawing) richElement(o map[string]any) {
	marks := marksOf(o)
	switch kindOf(o) {
	case "text":
		d.styled(text(o, "text"), marks)
	case "link":
		d.link(text(o, "url"), text(o, "text"), marks)
	case "date":
		n, _ := o["timestamp"].(float64)
		d.styled(date(int64(n), text(o, "format")), marks)
	case "emoji":
		d.styled(":"+text(o, "name")+":", marks)
	default:
		d.tag(`<b class="mention">@%s</b>`, esc(text(o, "range")+text(o, kindOf(o)+"_id")))
	}
}

// marksOf are the styles of a rich text element, as marks around the words of mrkdwn.
func marksOf(o map[string]any) string {
	style, _ := o["style"].(map[string]any)
	var marks strings.Builder
	for _, s := range []struct{ name, mark string }{{"bold", "*"}, {"italic", "_"}, {"strike", "~"}, {"code", "`"}} {
		if style[s.name] == true {
			marks.WriteString(s.mark)
		}
	}
	return marks.String()
}

// date writes a time as Slack would for a reader in UTC.
func date(unix int64, format string) string {
	t := time.Unix(unix, 0).UTC()
	return strings.NewReplacer(
		"{date_num}", t.Format("2006-01-02"),
		"{date_slash}", t.Format("02/01/2006"),
		"{date_short_pretty}", t.Format("Jan 2, 2006"),
		"{date_short}", t.Format("Jan 2, 2006"),
		"{date_pretty}", t.Format("January 2, 2006"),
		"{date_long_pretty}", t.Format("Monday, January 2, 2006"),
		"{date_long}", t.Format("Monday, January 2, 2006"),
		"{date}", t.Format("January 2, 2006"),
		"{time_secs}", t.Format("3:04:05 PM"),
		"{time}", t.Format("3:04 PM"),
	).Replace(format)
}

// page holds no outside address and no script: it may be opened from a file.
const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Slack</title><style>
body{margin:0;padding:18px 22px;background:#fff;color:#1d1c1d;width:680px;
 font:15px/1.46668 Lato,"Helvetica Neue",Arial,"Noto Sans","Noto Sans CJK SC","Noto Color Emoji",sans-serif}
.msg{display:flex;gap:9px;margin:0 0 18px}
.face{flex:none;width:36px;height:36px;border-radius:6px;background:#1264a3;color:#fff;
 font-weight:900;text-align:center;line-height:36px}
.in{min-width:0;flex:1;overflow-wrap:anywhere}
.who{font-weight:900}.app{font-size:10px;font-weight:700;color:#616061;background:#e8e8e8;border-radius:2px;padding:1px 3px;margin:0 4px}
.at,.edited,.note{font-size:12px;color:#616061}
a{color:#1264a3;text-decoration:none}
.block{margin:4px 0}
.header{font-size:18px;font-weight:900}
.context{font-size:13px;color:#616061;line-height:1.4}
.context span{margin-right:6px}
.e-button{border:1px solid #bbb;border-radius:4px;padding:4px 12px;font-weight:700}
blockquote{margin:4px 0;padding:0 0 0 12px;border-left:4px solid #ddd}
pre,code{font:12px/1.5 Monaco,Menlo,Consolas,monospace;background:#f8f8f8;border:1px solid #ddd;border-radius:3px}
code{color:#c01343;padding:1px 3px}pre{padding:8px}
.mention{background:#fff3b8;color:#1264a3;font-weight:400}
.thread{margin:8px 0 0;padding-left:12px;border-left:2px solid #e8e8e8}
.thread .face{width:24px;height:24px;line-height:24px;font-size:12px}
</style></head><body>
{{define "msg"}}<div class="msg"><div class="face">S</div><div class="in">
<div><span class="who">sanctionwatch</span><span class="app">APP</span> <span class="at">{{clock .}}</span></div>
{{if .Broadcast}}<div class="note">replied to a thread, also sent to the channel</div>{{end}}
{{body .}}{{if .Edits}}<span class="edited">(edited)</span>{{end}}
{{with answers .}}<div class="thread">{{range .}}{{template "msg" .}}{{end}}</div>{{end}}
</div></div>
{{end}}{{range .}}{{template "msg" .}}{{end}}</body></html>
`
