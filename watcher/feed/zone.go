package feed

import (
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// zone returns how far ahead of UTC a date is: by its offset or zone name, else UTC.
// Dates in Chinese and Korean characters without either are local ones.
func (d dateReader) zone(rest, whole string) time.Duration {
	rest = strings.TrimLeft(rest, " (z")
	if m := offsetRE.FindStringSubmatch(rest); m != nil {
		o := time.Duration(atoi(m[2]))*time.Hour + time.Duration(atoi(m[3]))*time.Minute
		if m[1] != "+" {
			o = -o
		}
		if o.Abs() <= 15*time.Hour {
			return o
		}
	}
	for _, w := range strings.FieldsFunc(rest, func(r rune) bool { return !unicode.IsLetter(r) }) {
		if o, ok := d.named(w); ok {
			return o
		}
	}
	switch {
	case strings.Contains(whole, "년"), strings.Contains(whole, "오후"), strings.Contains(whole, "오전"):
		return 9 * time.Hour
	case strings.Contains(whole, "年") && strings.HasPrefix(strings.ToLower(d.language), "ja"):
		return 9 * time.Hour
	case strings.Contains(whole, "年"):
		return 8 * time.Hour
	}
	return 0
}

// named returns the offset of a zone by its name. Names that several zones share are
// decided by the language: CST is China in Chinese and America's centre elsewhere.
func (d dateReader) named(name string) (time.Duration, bool) {
	language, _, _ := strings.Cut(strings.ToLower(d.language), "-")
	switch {
	case name == "cst" && language == "zh":
		return 8 * time.Hour, true
	case name == "ist" && language == "he":
		return 2 * time.Hour, true
	case name == "bst" && language == "bn":
		return 6 * time.Hour, true
	}
	minutes, ok := zoneMinutes(name)
	return time.Duration(minutes) * time.Minute, ok
}

// zoneMinutes returns how many minutes a zone is ahead of UTC.
func zoneMinutes(name string) (int, bool) {
	if minutes, ok := westMinutes(name); ok {
		return minutes, true
	}
	switch name {
	case "gmt", "utc", "ut", "wet", "uct", "zulu":
		return 0, true
	case "cet", "met", "mez", "bst", "west", "wat":
		return 60, true
	case "eet", "cest", "mest", "mesz", "cat", "sast":
		return 120, true
	case "msk", "мск", "eest", "fet", "trt", "eat", "idt":
		return 180, true
	case "irst":
		return 210, true
	case "msd", "gst", "samt", "azt", "amt", "gett":
		return 240, true
	case "aft":
		return 270, true
	case "pkt", "yekt", "uzt", "tmt", "tjt", "aqtt":
		return 300, true
	case "ist", "slst":
		return 330, true
	case "npt":
		return 345, true
	case "omst", "almt", "kgt", "bdt", "btt":
		return 360, true
	case "mmt":
		return 390, true
	case "krat", "novt", "ict", "wib":
		return 420, true
	case "hkt", "sgt", "myt", "pht", "phst", "awst", "irkt", "ulat", "cnst", "wita", "ctt":
		return 480, true
	case "jst", "kst", "yakt", "wit":
		return 540, true
	case "acst":
		return 570, true
	case "aest", "vlat", "chst":
		return 600, true
	case "acdt":
		return 630, true
	case "aedt", "magt", "sakt":
		return 660, true
	case "nzst", "pett", "fjt":
		return 720, true
	case "nzdt":
		return 780, true
	}
	return 0, false
}

// westMinutes is zoneMinutes for the Americas and the Pacific east of the date line.
func westMinutes(name string) (int, bool) {
	switch name {
	case "brt", "art", "uyt", "clst", "adt":
		return -180, true
	case "nst":
		return -210, true
	case "ndt":
		return -150, true
	case "ast", "at", "edt", "clt", "bot", "vet":
		return -240, true
	case "est", "et", "cdt", "cot", "pet":
		return -300, true
	case "cst", "ct", "mdt":
		return -360, true
	case "mst", "mt", "pdt":
		return -420, true
	case "pst", "pt", "akdt":
		return -480, true
	case "akst":
		return -540, true
	case "hst", "hast":
		return -600, true
	}
	return 0, false
}

// monthIn returns the month that a text names, 0 if it names none. Of two the later one
// counts: the first may be a weekday, as in "mar, 25 may".
func monthIn(s string) int {
	month := 0
	if m := hanRE.FindStringSubmatch(s); m != nil {
		month = atoi(m[1])
	}
	for _, w := range wordRE.FindAllString(s, -1) {
		if m := monthOf(w); m > 0 {
			month = m
		}
	}
	return month
}

// monthOf returns the month that a word is, by its longest stem.
func monthOf(word string) int {
	word = strip(word)
	best, month := 0, 0
	for i, stems := range monthStems() {
		for stem := range strings.FieldsSeq(stems) {
			if len(stem) > best && strings.HasPrefix(word, stem) {
				best, month = len(stem), i+1
			}
		}
	}
	return month
}

// monthStems are the beginnings of the months' names, without accents: English, German,
// French, Spanish, Italian, Portuguese, Dutch, Polish, Czech, Lithuanian, Latvian,
// Hungarian, Russian, Ukrainian, Belarusian, Greek and Chinese.
func monthStems() [12]string {
	return [12]string{
		"jan ene gen sty led sau янв січ студз студо студа ιαν 一月",
		"feb fev lut uno vas фев лют φεβ 二月",
		"mar maart mrt mrz bre kov мар берез сак μαρ 三月",
		"apr avr abr kwi dub bal апр квіт квит крас απρ 四月",
		"may mai mag mei maj kve geg мая маи трав мая μαι 五月",
		"jun juin giu cze cerven bir июн чер чэр червен ιουν 六月",
		"jul juil lug lip cervenec lie июл лип ліп ιουλ 七月",
		"aug aou ago sie srp rugp авг серп жні жни αυγ 八月",
		"sep set wrz zar rugs сен верес верас σεπ 九月",
		"oct okt ott out paz rij spa окт жовт каст οκτ 十月",
		"nov lis lap ноя листоп ліст лист νοε 十一月",
		"dec dez dic dici pro gru дек груд снеж сьнеж δεκ 十二月",
	}
}

// strip takes the accents off a word.
func strip(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(s))
}
