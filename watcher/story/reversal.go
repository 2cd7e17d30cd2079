package story

import (
	"slices"
	"strings"
)

// reversals are the beginnings of folded words that tell that something is taken back, in
// our languages.
var reversals = strings.Fields(`
	withdraw withdrew scrap rescind revers cancel revok lift disinvit uninvit overturn annul suspend ease easing denie deny repeal unfreez delist
	отмен отозва снят снима приостан отказ опроверг вычерк разморо
	адмян адклік прыпын абверг зняц зняў зняла знята знял
	скасув скасов відклик призуп зупин спрост зняв зняла знято
	znosi zniosl znies zawies uchyl cofn wycof odwol odwola wstrzym zaprzecz
	atsauk panaik sustabd atmet neig
	atcel aptur partrauc nolieg atsauc
	aufheb aufgehob hebt zuruck widerruf streich ausgesetzt aussetz dementier
	leve levee annul suspend retire revoqu dement abrog`)

func undoes(word string) bool {
	return slices.ContainsFunc(reversals, func(r string) bool { return strings.HasPrefix(word, r) })
}

// undoesInChinese is undoes for a title with a space behind each token.
func undoesInChinese(title string) bool {
	title = strings.ReplaceAll(title, " ", "")
	return slices.ContainsFunc([]string{"取消", "撤销", "撤回", "解除", "暂停", "否认", "推翻"}, func(w string) bool {
		return strings.Contains(title, w)
	})
}
