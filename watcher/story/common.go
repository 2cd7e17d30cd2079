package story

import "strings"

// common are folded words that half of all news has in each of our languages: a young book
// would take them for names.
var common = strings.Fields(`
	the a an of to in on for and or as at by with from is are was were be been has have had will would it its that this
	his her their he she they who which what when not no but after before over into about more than up out new says said
	и в во на не что с со по к из о об от для за до как это его ее их он она они был была были будет при или после все также году
	і у ў з са па да не што як для за ад пра яго яе іх ён яна яны быў была былі будзе пры або пасля гэта што года
	і й у в з із зі на до що як для за від про його її їх він вона вони був була були буде при або після це року та
	i w we na z ze do nie ze sie to jest o od dla za po przez jak jego jej ich byl byla byly bedzie ma oraz przed roku jako
	ir i is su kad ne del uz nuo po per apie jo jos ju yra buvo bus kaip prie metu tai taip pat
	un no uz ar par ka ne pie pec lidz bet vai vins vina vini ir bija bus kas ta to gada ari
	der die das den dem des ein eine einen einer und in im von zu zum zur mit auf fur an bei nach aus uber nicht ist sind war wird
	hat haben sich auch als er sie es ihr sein dass vor durch um jahr
	year years
	le la les l de des du d un une et a au aux en dans sur pour par avec est sont a ete qui que ne pas ce cette ces son sa ses il elle
	ils plus apres avant selon se`)

// commonTerms are the terms of common words.
func commonTerms() map[uint32]bool {
	m := make(map[uint32]bool, len(common))
	for _, w := range common {
		m[hash32(w)] = true
	}
	return m
}
