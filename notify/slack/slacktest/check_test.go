package slacktest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/notify/slack/slacktest"
)

func TestCheckBlocksKnowsTheDocumentedShapes(t *testing.T) {
	rich := func(e string) string {
		return `{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[` + e + `]}]}`
	}
	text := func(kind string, n int) string {
		return fmt.Sprintf(`{"type":%q,"text":%q}`, kind, strings.Repeat("я", n))
	}
	many := func(s string, n int) string { return strings.TrimSuffix(strings.Repeat(s+",", n), ",") }
	for _, tt := range []struct {
		name, block string
		want        string // in the first problem; "" for none
	}{
		{"section", `{"type":"section","text":` + text("mrkdwn", 3000) + `}`, ""},
		{"section too long", `{"type":"section","text":` + text("mrkdwn", 3001) + `}`, "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"},
		{"section with nothing", `{"type":"section"}`, "text or fields"},
		{"section with fields", `{"type":"section","fields":[` + many(text("plain_text", 2000), 10) + `]}`, ""},
		{"too many fields", `{"type":"section","fields":[` + many(text("plain_text", 1), 11) + `]}`, "no more than 10 items"},
		{"empty text", `{"type":"section","text":` + text("mrkdwn", 0) + `}`, "must be more than 0"},
		{"emoji in mrkdwn", `{"type":"section","text":{"type":"mrkdwn","text":"x","emoji":true}}`, "invalid additional property: emoji"},
		{"text is no object", `{"type":"section","text":"x"}`, "must be one of: mrkdwn, plain_text"},
		{"header", `{"type":"header","text":` + text("plain_text", 150) + `}`, ""},
		{"header too long", `{"type":"header","text":` + text("plain_text", 151) + `}`, "less than 151"},
		{"header in mrkdwn", `{"type":"header","text":` + text("mrkdwn", 1) + `}`, "must be one of: plain_text"},
		{"context", `{"type":"context","elements":[` + many(text("plain_text", 1), 10) + `]}`, ""},
		{"context with too many", `{"type":"context","elements":[` + many(text("plain_text", 1), 11) + `]}`, "no more than 10"},
		{"context with none", `{"type":"context","elements":[]}`, "at least 1"},
		{"context with an image", `{"type":"context","elements":[{"type":"image","alt_text":"a","image_url":"https://x.example/a.png"}]}`, ""},
		{"divider", `{"type":"divider","block_id":"x"}`, ""},
		{"divider with text", `{"type":"divider","text":"x"}`, "invalid additional property: text"},
		{"long id", `{"type":"divider","block_id":"` + strings.Repeat("x", 256) + `"}`, "less than 256"},
		{"markdown", `{"type":"markdown","text":"` + strings.Repeat("x", 12_000) + `"}`, ""},
		{"markdown too long", `{"type":"markdown","text":"` + strings.Repeat("x", 12_001) + `"}`, "less than 12001"},
		{"image without words", `{"type":"image","image_url":"https://x.example/a.png"}`, "missing required field: alt_text"},
		{"button", `{"type":"actions","elements":[{"type":"button","text":` + text("plain_text", 75) + `,"url":"https://x.example"}]}`, ""},
		{"long button", `{"type":"actions","elements":[{"type":"button","text":` + text("plain_text", 76) + `}]}`, "less than 76"},
		{"other action", `{"type":"actions","elements":[{"type":"datepicker"}]}`, "unsupported type: datepicker"},
		{"unknown block", `{"type":"hologram"}`, "unsupported type: hologram"},
		{"no object", `5`, "unsupported type"},

		{"rich text", rich(`{"type":"text","text":"x","style":{"bold":true}},{"type":"link","url":"https://x.example/?a=1","text":"y"},{"type":"emoji","name":"x"},{"type":"user","user_id":"U1"},{"type":"broadcast","range":"here"}`), ""},
		{"rich text with empty words", rich(`{"type":"text","text":""}`), "must be more than 0"},
		{"rich text with nothing", `{"type":"rich_text","elements":[]}`, "at least 1"},
		{"rich date", rich(`{"type":"date","timestamp":1720710212,"format":"{date_num}","fallback":"x"}`), ""},
		{"rich date in quotes", rich(`{"type":"date","timestamp":"1720710212","format":"x"}`), "must provide an integer"},
		{"rich link without an address", rich(`{"type":"link","text":"y"}`), "missing required field: url"},
		{"rich link to nowhere", rich(`{"type":"link","url":"nowhere"}`), "invalid url"},
		{"rich style of another kind", rich(`{"type":"text","text":"x","style":{"bold":"yes"}}`), "must be a boolean"},
		{"rich style nobody knows", rich(`{"type":"text","text":"x","style":{"blink":true}}`), "invalid additional property: blink"},
		{"rich element nobody knows", rich(`{"type":"video"}`), "unsupported type: video"},
		{"quote", `{"type":"rich_text","elements":[{"type":"rich_text_quote","elements":[{"type":"text","text":"x"}],"border":1}]}`, ""},
		{"preformatted", `{"type":"rich_text","elements":[{"type":"rich_text_preformatted","elements":[{"type":"text","text":"x"}]}]}`, ""},
		{"preformatted with a person", `{"type":"rich_text","elements":[{"type":"rich_text_preformatted","elements":[{"type":"user","user_id":"U1"}]}]}`, "unsupported type: user"},
		{"list", `{"type":"rich_text","elements":[{"type":"rich_text_list","style":"bullet","indent":0,"elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"x"}]}]}]}`, ""},
		{"list without style", `{"type":"rich_text","elements":[{"type":"rich_text_list","elements":[]}]}`, "missing required field: style"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := slacktest.CheckBlocks([]byte("[" + tt.block + "]"))
			if tt.want == "" {
				require.Empty(t, got)
				return
			}
			require.NotEmpty(t, got)
			require.Contains(t, got[0], tt.want)
		})
	}
}

func TestCheckBlocksLooksAtTheWhole(t *testing.T) {
	list := func(n int) []byte {
		return []byte("[" + strings.TrimSuffix(strings.Repeat(`{"type":"divider"},`, n), ",") + "]")
	}
	require.Empty(t, slacktest.CheckBlocks(list(50)))
	require.Contains(t, slacktest.CheckBlocks(list(51))[0], "no more than 50 items allowed [json-pointer:/blocks]")
	require.Contains(t, slacktest.CheckBlocks([]byte(`{}`))[0], "must be an array")
	require.Contains(t, slacktest.CheckBlocks([]byte(`[{"type":"divider","block_id":"a"},{"type":"divider","block_id":"a"}]`))[0], "already exists")
}

func TestWeightCountsCharactersOnce(t *testing.T) {
	require.Equal(t, len(`[{"a":"<я"}]`)-1, slacktest.Weight([]byte(`[ {"a": "\u003c\u044f"} ]`)))
	require.Equal(t, 3, slacktest.Weight([]byte("яяя")))
}

func FuzzCheckBlocks(f *testing.F) {
	f.Add([]byte(`[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"x"}]}]}]`))
	f.Add([]byte(`[{"type":"context","elements":[null,5,{"type":"mrkdwn"}]},[],"x"]`))
	f.Fuzz(func(t *testing.T, blocks []byte) {
		slacktest.CheckBlocks(blocks)
		m := slacktest.Message{Blocks: blocks, Text: string(blocks)}
		m.Mentions()
		m.Links()
		m.Read()
		require.NoError(t, slacktest.RenderHTML(new(strings.Builder), []slacktest.Message{m}))
	})
}
