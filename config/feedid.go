package config

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/publicsuffix"
	"golang.org/x/text/unicode/norm"
)

// longestID bounds the ids that are made; feedID allows twice as much.
const longestID = 32

// NewFeedID returns an id for a feed: its name in Latin letters, or words of its address
// where the name has letters without an equal there. The same feed gets the same id
// wherever the ids taken are the same.
func NewFeedID(name, address string, taken func(id string) bool) string {
	host := hostWords(address)
	id := shorten(Latin(name))
	if len(id) < 2 {
		id = shorten(strings.Join(append(slices.Clone(host), pathWords(address)...), "-"))
	}
	if id == "" {
		id = "feed"
	}
	if taken(id) && len(host) > 0 && !strings.HasPrefix(id, host[0]) {
		id = shorten(id + "-" + host[0])
	}
	for n, base := 2, id; taken(id); n++ {
		id = base + "-" + strconv.Itoa(n)
	}
	return id
}

// Latin writes a name in lower-case Latin letters and figures with hyphens between words,
// Cyrillic as it is read. It is "" for a name that has a letter of another script.
func Latin(name string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(norm.NFC.String(name))) {
		switch latin, known := letters[r]; {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case known:
			b.WriteString(latin)
		case unicode.IsMark(r) || r == '\'' || r == '’' || r == 'ʼ':
		case unicode.IsLetter(r):
			return ""
		default:
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), "-")
}

// letters are those that do not come apart into a Latin one and a mark. й, ї, ё and ў do,
// and are read by their first part.
var letters = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'ı': "i", 'ħ': "h", 'ŋ': "n",
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'ґ': "g", 'д': "d", 'е': "e", 'є': "ie", 'ж': "zh", 'з': "z", 'и': "i",
	'і': "i", 'к': "k", 'л': "l", 'м': "m", 'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t", 'у': "u",
	'ф': "f", 'х': "kh", 'ц': "ts", 'ч': "ch", 'ш': "sh", 'щ': "shch", 'ъ': "", 'ы': "y", 'ь': "", 'э': "e",
	'ю': "iu", 'я': "ia", 'ј': "j", 'љ': "lj", 'њ': "nj", 'ћ': "c", 'ђ': "dj", 'џ': "dz",
}

// hostWords are the telling labels of a host: first the registered name without its
// ending, then what stands before it.
func hostWords(address string) []string {
	u, err := url.Parse(address)
	if err != nil {
		return nil
	}
	host := strings.ToLower(u.Hostname())
	registered, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil { // a name of the own network, or figures
		return words(host)
	}
	main, _, _ := strings.Cut(registered, ".")
	out := words(main)
	return append(out, words(strings.TrimSuffix(strings.TrimSuffix(host, registered), "."))...)
}

// pathWords are the telling words of a path.
func pathWords(address string) []string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil
	}
	return words(u.EscapedPath())
}

// words are the words of an address but for those that stand in every address of a feed.
func words(s string) []string {
	var out []string
	for w := range strings.FieldsFuncSeq(strings.ToLower(s), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}) {
		switch w {
		case "www", "rss", "feed", "feeds", "atom", "xml", "index", "rdf", "json", "html", "php", "aspx", "en":
		default:
			out = append(out, w)
		}
	}
	return out
}

// shorten cuts an id at a hyphen.
func shorten(id string) string {
	if len(id) > longestID {
		id = id[:longestID]
		if i := strings.LastIndexByte(id, '-'); i > longestID/2 {
			id = id[:i]
		}
	}
	return strings.Trim(id, "-")
}
