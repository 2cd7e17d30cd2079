package feed

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// guessWindow is how much of a text is looked at to guess its charset.
const guessWindow = 4 << 10

// western is the charset of most languages that need few letters beyond ASCII.
const western = "windows-1252"

// A habit is how a language was written before UTF-8.
type habit struct {
	languages string // two letters each
	charsets  string // the likeliest first
	letters   string // beyond ASCII, the most frequent first
	kind      writing
}

// A writing says what can stand beside a letter of it.
type writing int

const (
	latin    writing = iota // accents stand alone between plain letters
	alphabet                // words have no plain letters
	syllabic                // characters of two bytes: a list of common ones
)

// The order decides between charsets that read a text alike.
var habits = []habit{
	{"de", western, "üäößéàè", latin},
	{"fr", western, "éèàêçôîûùâïëœ", latin},
	{"es pt it", western, "óíáéñúüãçàèìòùõâêô", latin},
	{"sv da no nb fi nl", western, "äåöøæé", latin},
	{"pl", "windows-1250 iso-8859-2", "ęłóżąśćńź", latin},
	{"cs sk", "windows-1250 iso-8859-2", "íáěéřčžýšůúťďňóľĺŕôä", latin},
	{"hu", "windows-1250 iso-8859-2", "áéöőóüíúű", latin},
	{"ro", "windows-1250 iso-8859-2", "ăîţşâ", latin},
	{"hr sl bs", "windows-1250 iso-8859-2", "čšžćđ", latin},
	{"lt", "windows-1257 iso-8859-13", "ėųšžįūąčę", latin},
	{"lv", "windows-1257 iso-8859-13", "āīēšūņļžčķģ", latin},
	{"et", "windows-1257 iso-8859-13 windows-1252", "äõüöšž", latin},
	{"tr", "windows-1254 iso-8859-9", "ışğüçöiâ", latin},
	{"ru", cyrillicCharsets, "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё", alphabet},
	{"uk", cyrillicCharsets, "оаинвтіерслкудмпзьбягчйхжшїюцєщфґ", alphabet},
	{"be", cyrillicCharsets, "анікерыстлопўудмязвьбгчцжйшхёюэф", alphabet},
	{"bg mk sr", cyrillicCharsets, "аиоетнрсвлкдпмзяъугбчцжщйшхфюьјљњћђџќѓѕ", alphabet},
	{"el", "windows-1253 iso-8859-7", "ατονιεσρπκςμλυηδγήόάίχθέώφξύζβψϊ", alphabet},
	{"he", "windows-1255 iso-8859-8", "יוהלארתשנבמםקדחעפצטכגזסןךףץ", alphabet},
	{"ar fa", "windows-1256 iso-8859-6", "ايلمنرتبودعةسهفقكأحجشصطىزخضذثغإءئؤظآپچگژیک", alphabet},
	{"th", "windows-874", "านรกอเงมยลวดท่สตะป้บคัีหแจิ์ขใพไชื็โูุำผธณภศฟซถฐษฉึญ", alphabet},
	{"zh", "gb18030", commonHan + simplifiedHan, syllabic},
	{"zh-hant", "big5", commonHan + traditionalHan, syllabic},
	{"ja", "shift_jis euc-jp", "のいをたはにとがしてるでんなスルイアーックリラドトテレロフコマナかられれまこさっだもりくけそよあえきどうつみめやわべ日本国人年大中会社者新東京月一制裁", syllabic},
	{"ko", "euc-kr", "이다의는에가을를한지고하로사은자기대리인시도정어서나해부일제라아수장전스그과동있주국상보공조원적구으여성유경재안신만북비", syllabic},
}

const cyrillicCharsets = "windows-1251 koi8-u ibm866 iso-8859-5 x-mac-cyrillic"

// Characters that are frequent in Chinese news, those of both ways to write it first.
const (
	commonHan = "的一是在不了有和人中大上我以要他用生到作地于出就分成可主年同工也能下子面而方" +
		"多定行法所民得三之本心日月高自理起小物加都天化十合名些公此又使水反白新基北市行政部家全外最力前分信重特立制解平安美交法金海地位明"
	simplifiedHan = "国这个为来们时会发动过说产种对后学经进实现关长业区与开东问战员电车农军万设数导党" +
		"总机场罗亚钾裁银据协议济应该报记间门题团当从还无见让给认议论续资贸贷财长韩"
	traditionalHan = "國這個為來們時會發動過說產種對後學經進實現關長業區與開東問戰員電車農軍萬設數導黨" +
		"總機場羅亞鉀裁銀據協議濟應該報記間門題團當從還無見讓給認議論續資貿貸財長韓"
)

// guess returns the charset that a text is most likely in, if it is in none that is
// declared: the one in which the bytes make the likeliest letters of a language. The
// language, if it is known, leaves only its own charsets.
func guess(b []byte, h Hints) string {
	language := strings.ToLower(h.Language)
	if language == "" {
		language = declaredLanguage(b)
	}
	candidates := spoken(language)
	sample := window(b)
	best, highest := western, 0.0
	read := map[string]string{}
	chosen := false
	for _, c := range candidates {
		for label := range strings.FieldsSeq(c.charsets) {
			text, ok := read[label]
			if !ok {
				text, _, _ = convert(sample, lookup(label), 0)
				read[label] = text
			}
			score := c.likelihood(text)
			if label == western { // few accents are enough for it
				score++
			}
			if !chosen || score > highest {
				best, highest, chosen = label, score, true
			}
		}
	}
	return best
}

// spoken returns the habits of a language, all if it has none that are known.
func spoken(language string) []habit {
	short, _, _ := strings.Cut(language, "-")
	if short == "zh" && traditional(language) {
		short = "zh-hant"
	}
	var own []habit
	for _, c := range habits {
		for l := range strings.FieldsSeq(c.languages) {
			if l == short || short == "zh" && l == "zh-hant" {
				own = append(own, c)
			}
		}
	}
	if own == nil {
		return habits
	}
	return own
}

// window is the part of a text that begins with the first byte beyond ASCII.
func window(b []byte) []byte {
	for i, c := range b {
		if c >= 0x80 {
			i = max(0, i-1)
			return b[i:min(len(b), i+guessWindow)]
		}
	}
	return nil
}

// The weights are logarithms of rough chances.
const (
	foreignLetter = -9.0  // not of the language
	unreadable    = -14.0 // no character at all
	quoteMark     = -5.0  // typographic marks
	capitalInside = -5.0
	strangeRun    = -5.0 // letters that do not stand together in words
)

// likelihood says how well a text goes with the habit: the logarithm of a rough chance.
func (c habit) likelihood(text string) float64 {
	sum := 0.0
	var before rune
	consonants := 0
	for _, r := range text {
		lower := unicode.ToLower(r)
		if r >= 0x80 {
			sum += c.chance(lower)
		}
		letter := unicode.IsLetter(r)
		if letter && unicode.IsLetter(before) {
			sum += c.together(before, r)
		}
		switch {
		case !letter || strings.ContainsRune(cyrillicVowels, lower):
			consonants = 0
		case unicode.Is(unicode.Cyrillic, r):
			if consonants++; consonants > 3 {
				sum += strangeRun
			}
		}
		before = r
	}
	return sum
}

const cyrillicVowels = "аеёиоуыэюяіїєўъь"

// chance is how likely a character beyond ASCII is.
func (c habit) chance(r rune) float64 {
	switch {
	case r == unicode.ReplacementChar || unicode.IsControl(r) || unicode.Is(unicode.Co, r):
		return unreadable
	case strings.ContainsRune("«»“”„–—’‘…№\u00a0€·", r):
		return quoteMark
	case c.kind == syllabic && 0x3000 <= r && r <= 0x301F, c.kind == syllabic && 0xFF01 <= r && r <= 0xFF5E:
		return 2 * quoteMark
	}
	i := strings.IndexRune(c.letters, r)
	switch {
	case c.kind == syllabic:
		return c.syllable(r, i >= 0)
	case i < 0:
		return foreignLetter
	}
	// Frequencies fall by about a tenth from each letter to the next.
	rank := float64(utf8.RuneCountInString(c.letters[:i]))
	if c.kind == latin {
		return -3.5 - rank/10
	}
	return -2.2 - rank/10
}

// syllable is how likely a character of two bytes is.
func (c habit) syllable(r rune, common bool) float64 {
	han := unicode.Is(unicode.Han, r)
	switch {
	case common && c.languages == "ja" && !han:
		return -4
	case common:
		return -5.5
	case c.languages == "ko" && unicode.Is(unicode.Hangul, r):
		return -8
	case c.languages == "ja" && unicode.In(r, unicode.Hiragana, unicode.Katakana) && r < 0xFF00:
		return -6
	case c.languages != "ko" && han && r < 0xA000 && r >= 0x4E00:
		return -9.5
	}
	return unreadable
}

// together is what it costs that two letters stand in one word.
func (c habit) together(a, b rune) float64 {
	cost := 0.0
	if unicode.IsLower(a) && unicode.IsUpper(b) {
		cost += capitalInside
	}
	plain := (a < 0x80) != (b < 0x80)
	switch {
	case c.kind == alphabet && plain:
		cost += strangeRun
	case c.kind == latin && a >= 0x80 && b >= 0x80:
		cost -= 2
	}
	if strings.ContainsRune("ςךםןףץ", a) { // only at the end of words
		cost += strangeRun
	}
	return cost
}

// traditional reports whether a kind of Chinese is written in traditional characters.
func traditional(language string) bool {
	l := strings.ToLower(language)
	return strings.Contains(l, "tw") || strings.Contains(l, "hk") || strings.Contains(l, "hant")
}
