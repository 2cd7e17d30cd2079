package text_test

import (
	"fmt"

	"github.com/sanctionwatch/sanctionwatch/watcher/text"
)

func ExampleFold() {
	fmt.Println(text.Fold("Łukaszenka, Лукашэнкi, Ёлка, ５Ｇ, 盧卡申科"))
	// Output: lukaszenka, лукашэнкі, елка, 5g, 卢卡申科
}

func ExampleTokens() {
	const s = "Lukashenko’s MAZ-543. Санкции!"
	for _, k := range text.Tokens(s) {
		fmt.Println(k.Word, s[k.Start:k.End], k.Joined, k.Sentence)
	}
	// Output:
	// lukashenko Lukashenko false 0
	// maz MAZ false 0
	// 543 543 true 0
	// санкции Санкции false 1
}

func ExampleSentence() {
	const s = "Rain today. Potash exports fell 12.5% in the U.S. market. Sport."
	start, end := text.Sentence(s, 12, 18)
	fmt.Println(s[start:end])
	// Output: Potash exports fell 12.5% in the U.S. market.
}
