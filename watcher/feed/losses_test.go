package feed_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLostItemsAreCountedAndTold(t *testing.T) {
	whole := channel(numbered(3))
	for name, c := range map[string]struct {
		body        string
		items, lost int
		note        string
	}{
		"cut off":              {whole[:strings.Index(whole, "Cargo 2")+3], 2, 1, "an item that the document cuts off was left out"},
		"empty inside another": {channel("<item><title>A</title><item/><item/></item>"), 1, 2, "2 items without content inside another item were left out"},
		"of another kind":      {channel("<entry><title>A</title></entry>" + numbered(2)), 2, 1, "an item of another kind of feed was left out"},
		"before the start":     {"<item><title>A</title></item>" + whole, 3, 1, "an item before the start of the feed was left out"},
		"begun behind the end": {whole + "<item><title>A", 3, 1, "an item behind the end of the feed was left out"},
		"in a long comment":    {channel("<!-- <item><title>A</title></item> <!-- b -->" + numbered(2)), 2, 1, "an item inside a comment or section without an end of its own was left out"},
		"too many":             {channel(numbered(5_003)), 5_000, 3, "3 items beyond the number that is read from one document were left out"},
		"no object in JSON":    {`{"version":"https://jsonfeed.org/version/1","items":[7,{"id":"2"}]}`, 1, 1, "an item that could not be read was left out"},
		"broken in JSON":       {`{"version":"https://jsonfeed.org/version/1","items":[{"id":"1},{"id":"2"},{"id":"3"}]}`, 2, 1, "an item that could not be read was left out"},
		"cut off in JSON":      {`{"version":"https://jsonfeed.org/version/1","items":[{"id":"1"},{"id":"2`, 1, 1, "an item that the document cuts off was left out"},
	} {
		t.Run(name, func(t *testing.T) {
			d := parse(t, c.body)
			require.Len(t, d.Items, c.items)
			require.Equal(t, c.lost, d.Lost)
			require.Contains(t, d.Notes, c.note)
		})
	}
}

func TestWhatHasLostItsEndCostsNoOtherItem(t *testing.T) {
	item := func(text string) string {
		return "<item><title>A</title><description>" + text + "</description></item>"
	}
	for name, c := range map[string]struct{ body, note string }{
		"section":              {channel(item("<![CDATA[fog") + numbered(2)), "a section without an end was closed"},
		"section before one":   {channel(item("<![CDATA[fog") + item("<![CDATA[ice]]>") + numbered(1)), "a section without an end was closed"},
		"section of an item":   {channel("<![CDATA[" + numbered(3)), "the mark of a section without an end was ignored"},
		"section left out":     {channel("<item><x:y><![CDATA[fog</x:y><title>A</title></item>" + numbered(2)), "a section without an end was closed"},
		"comment":              {channel("<!-- fog " + numbered(3)), ""},
		"comment in a text":    {channel(item("<!-- fog") + item("<!-- ice -->") + numbered(1)), "a section without an end was closed"},
		"doctype":              {`<!DOCTYPE rss [<!ENTITY a "b">` + channel(item("<![CDATA[fog]]>")+numbered(2)), ""},
		"quote":                {channel(`<item><enclosure url="x/></item>` + strings.ReplaceAll(numbered(2), "<title>", `<title type="text">`)), ""},
		"early end":            {strings.Replace(channel(numbered(3)), "<item>", "</channel></rss><item>", 1), "items follow the end of the feed"},
		"two feeds":            {channel(numbered(1)) + channel(numbered(2)), "items follow the end of the feed"},
		"empty root":           {"<rss/>" + channel(numbered(3)), "items follow the end of the feed"},
		"namespace of no feed": {strings.Replace(channel(numbered(3)), "<channel>", `<channel xmlns="urn:x">`, 1), ""},
		"items of no feed":     {strings.ReplaceAll(channel(numbered(3)), "<item>", `<item xmlns="urn:x">`), ""},
		"JSON behind words":    {`Warning {1}: {"version":"https://jsonfeed.org/version/1","items":[{"id":"1"},{"id":"2"},{"id":"3"}]}`, ""},
		"JSON before items":    {`{"version":"https://jsonfeed.org/version/1","title":x,"items":[{"id":"1"},{"id":"2"},{"id":"3"}]}`, "the document ends early"},
		"JSON with a comma":    {`{"version":"https://jsonfeed.org/version/1","items":[{"id":"1"},{"id":"2"},{"id":"3"},],"title":"Q"}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := parse(t, c.body)
			require.Len(t, d.Items, 3)
			require.Zero(t, d.Lost)
			require.Contains(t, strings.Join(d.Notes, "; "), c.note)
		})
	}
}
