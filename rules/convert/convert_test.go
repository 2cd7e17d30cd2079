package convert_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/rules/convert"
	"github.com/sanctionwatch/sanctionwatch/rules/query"
)

// conversions holds, for each vendor, queries in its syntax and what they become.
func conversions() map[convert.Vendor][][2]string {
	return map[convert.Vendor][][2]string{
		convert.Factiva: {
			{`belarus`, `belarus`},
			{`belarus and potash`, `belarus AND potash`},
			{`belarus and potash or sanctions`, `(belarus AND potash) OR sanctions`},
			{`belarus or minsk and potash not hockey`, `belarus OR (minsk AND potash NOT hockey)`},
			{
				`great stone and industrial park not (job or vacancy)`,
				`"great stone" AND "industrial park" NOT (job OR vacancy)`,
			},
			{`"great stone" industrial park`, `"great stone industrial park"`},
			{`belarus w/5 potash`, `belarus ONEAR/4 potash`},
			{`belarus W/1 potash`, `belarus ONEAR/0 potash`},
			{`belarus adj potash`, `belarus ONEAR/0 potash`},
			{`belarus adj3 potash`, `belarus ONEAR/2 potash`},
			{`belarus near10 potash`, `belarus NEAR/9 potash`},
			{`belarus /N5/ potash`, `belarus NEAR/4 potash`},
			{`belarus SAME sanctions`, `belarus NEAR/P sanctions`},
			{`potash near5 (ban or embargo*) near5 belarus`, `(potash NEAR/4 (ban OR embargo*)) NEAR/4 belarus`},
			{`atleast3 belaruskali and hd=sanctions`, `ATLEAST/3(belaruskali) AND title:sanctions`},
			{`atleast5 (potash or potassium)`, `ATLEAST/5(potash OR potassium)`},
			{`hd=atleast2 potash`, `title:ATLEAST/2(potash)`},
			{`hlp=(belarus near5 potash)`, `hlead:(belarus NEAR/4 potash)`},
			{`hd=potash near3 ban`, `title:(potash NEAR/2 ban)`},
			{`hd="great stone" or lp=minsk or td=minsk`, `title:"great stone" OR lead:minsk OR body:minsk`},
			{`by=(petrov or smith) and la=(ru or be)`, `author:(petrov OR smith) AND lang:(ru OR be)`},
			{`sanction* and organi?ation`, `sanction* AND organi?ation`},
			{`sanction$3 and belarus`, `(sanction OR sanction? OR sanction?? OR sanction???) AND belarus`},
			{`"potash$2 ban" and "$100"`, `"potash* ban" AND "$100"`},
			{`lukashenko /F50/ and minsk`, `FIRST/50(lukashenko) AND minsk`},
			{`"great stone" /F9/ and not hockey`, `FIRST/9("great stone") NOT hockey`},
			{`(eu or european union) near5 sanction*`, `(eu OR "european union") NEAR/4 sanction*`},
			{`(belarus or minsk) (potash or salt)`, `(belarus OR minsk) ONEAR/0 (potash OR salt)`},
			{`калий* and беларусь`, `калий* AND беларусь`},
			{
				`(belaruskali or "potassium chloride" or "белорусская калийная компания") w/10 (sanction* or embargo* or restrictive measures) and not hd=(hockey or football)`,
				`(belaruskali OR "potassium chloride" OR "белорусская калийная компания") ONEAR/9 (
  sanction* OR embargo* OR "restrictive measures"
)
NOT title:(hockey OR football)`,
			},
		},
		convert.Lexis: {
			{`belarus`, `belarus`},
			{`potash AND belarus OR minsk`, `potash AND (belarus OR minsk)`},
			{`potash or salt and belarus or minsk`, `(potash OR salt) AND (belarus OR minsk)`},
			{`belarus W/5 potash`, `belarus NEAR/4 potash`},
			{`belarus or minsk w/5 potash or salt`, `(belarus OR minsk) NEAR/4 (potash OR salt)`},
			{`belarus W/5 potash W/3 ban`, `belarus NEAR/4 (potash NEAR/2 ban)`},
			{`belarus w/5 potash w/5 ban`, `(belarus NEAR/4 potash) NEAR/4 ban`},
			{`belarus /6 potash`, `belarus NEAR/5 potash`},
			{`belarus near/6 potash`, `belarus NEAR/5 potash`},
			{`belarus PRE/2 potash`, `belarus ONEAR/1 potash`},
			{`belarus onear/3 potash`, `belarus ONEAR/2 potash`},
			{`sanction! W/S belarus`, `sanction* NEAR/S belarus`},
			{`sanction! /p belarus`, `sanction* NEAR/P belarus`},
			{`potash AND NOT canada AND germany`, `potash NOT (canada AND germany)`},
			{`potash AND NOT canada AND NOT germany`, `potash NOT canada NOT germany`},
			{`belarus NOT W/5 hockey`, `belarus NOT NEAR/4 hockey`},
			{`belarus NOT PRE/1 hockey`, `belarus NOT ONEAR/0 hockey`},
			{
				`ATLEAST5(belaruskali) AND HEADLINE(sanctions OR ban)`,
				`ATLEAST/5(belaruskali) AND title:(sanctions OR ban)`,
			},
			{`HLEAD(belarus W/10 potash)`, `hlead:(belarus NEAR/9 potash)`},
			{`lead(minsk) and body(potash) and byline(petrov)`, `lead:minsk AND body:potash AND author:petrov`},
			{`CAPS(maz) AND truck`, `CASE(Maz OR MAZ) AND truck`},
			{`ALLCAPS(aids) and NOCAPS(march)`, `CASE(AIDS) AND CASE(march)`},
			{`caps("minsk region")`, `CASE("Minsk Region" OR "MINSK REGION")`},
			{`wom*n and minsk`, `wom?n AND minsk`},
			{`organi?ation and SINGULAR(bank)`, `organi?ation AND bank`},
			{`"great stone" and language(russian or be)`, `"great stone" AND lang:(ru OR be)`},
			{`K+S or AT&T`, `K+S OR AT&T`},
			{
				`(belaruskali or "potassium chloride" or "belarusian potash company") w/10 (sanction! or embargo! or "restrictive measures") and not headline(hockey or football)`,
				`(belaruskali OR "potassium chloride" OR "belarusian potash company") NEAR/9 (
  sanction* OR embargo* OR "restrictive measures"
)
NOT title:(hockey OR football)`,
			},
		},
		convert.Brandwatch: {
			{`belarus`, `belarus`},
			{`belarus AND (potash OR sanctions)`, `belarus AND (potash OR sanctions)`},
			{`"great stone" OR minsk OR belarus*`, `"great stone" OR minsk OR belarus*`},
			{`belarus NEAR/5 potash`, `belarus NEAR/5 potash`},
			{`belarus NEAR/0f potash`, `belarus ONEAR/0 potash`},
			{`(belarus OR minsk) NEAR/3 (potash OR salt)`, `(belarus OR minsk) NEAR/3 (potash OR salt)`},
			{`(belarus NEAR/3 potash) NEAR/5 ban`, `(belarus NEAR/3 potash) NEAR/5 ban`},
			{`belarus NEAR/3 potash AND sanction*`, `belarus NEAR/3 potash AND sanction*`},
			{`"belarus potash"~5`, `belarus NEAR/5 potash`},
			{`("belarus potash"~5 OR belaruskali) AND ban`, `(belarus NEAR/5 potash OR belaruskali) AND ban`},
			{`raw:MAZ AND truck`, `CASE(MAZ) AND truck`},
			{`raw:Google+`, `CASE(Google+)`},
			{`raw:("MAZ Minsk" OR BelAZ)`, `CASE("MAZ Minsk" OR BelAZ)`},
			{
				`title:"great stone" AND site:belta.by AND country:BY`,
				`title:"great stone" AND site:belta.by AND country:by`,
			},
			{`title:(potash NEAR/4 ban)`, `title:(potash NEAR/4 ban)`},
			{`site:*.belta.by AND -hockey`, `site:belta.by NOT hockey`},
			{`belarus -hockey -(ice OR "winter sport")`, `belarus NOT hockey NOT (ice OR "winter sport")`},
			{`belarus NOT hockey AND potash`, `belarus AND potash NOT hockey`},
			{
				`belarus NOT (hockey OR football OR "ice rink") NOT site:example.com`,
				`belarus NOT (hockey OR football OR "ice rink") NOT site:example.com`,
			},
			{`url:*belta.by/en* OR url:"news/minsk"`, `url:belta.by/en OR url:news/minsk`},
			{`author:petrov AND language:ru`, `author:petrov AND lang:ru`},
			{`author:"Ivan Petrov" AND lang:be`, `author:"Ivan Petrov" AND lang:be`},
			{`site:(belta.by OR example.com)`, `site:(belta.by OR example.com)`},
			{`organi?ation AND C++`, `organi?ation AND C++`},
			{`“great stone” AND and.`, `"great stone" AND and.`},
			{
				`(belaruskali OR "potassium chloride" OR "belarusian potash company") NEAR/9 (sanction* OR embargo* OR "restrictive measures") NOT title:(hockey OR football)`,
				`(belaruskali OR "potassium chloride" OR "belarusian potash company") NEAR/9 (
  sanction* OR embargo* OR "restrictive measures"
)
NOT title:(hockey OR football)`,
			},
		},
		convert.Meltwater: {
			{`belarus`, `belarus`},
			{`belarus AND potash`, `belarus AND potash`},
			{`belarus and (potash or salt)`, `belarus AND (potash OR salt)`},
			{`belarus near potash`, `belarus NEAR/4 potash`},
			{`belarus NEAR/5 potash and sanctions`, `belarus NEAR/5 potash AND sanctions`},
			{`belarus ONEAR/3 potash`, `belarus ONEAR/3 potash`},
			{`(belarus near/2 potash) near/9 (ban or embargo*)`, `(belarus NEAR/2 potash) NEAR/9 (ban OR embargo*)`},
			{`belarus ONEAR/3 potash not (hockey or "ice rink*")`, `belarus ONEAR/3 potash NOT (hockey OR "ice rink*")`},
			{`belarus AND NOT hockey`, `belarus NOT hockey`},
			{`belarus not hockey not football`, `belarus NOT hockey NOT football`},
			{`title:belarus and ingress:(potash or salt)`, `title:belarus AND lead:(potash OR salt)`},
			{`title:(potash near/4 ban)`, `title:(potash NEAR/4 ban)`},
			{`ingress:"great stone" or title:"great stone"`, `lead:"great stone" OR title:"great stone"`},
			{`belarus^5 and "great stone"^9`, `belarus AND "great stone"`},
			{`(potash or salt)^3 and belarus`, `(potash OR salt) AND belarus`},
			{`"apple orchard*"`, `"apple orchard*"`},
			{`country:by and language:ru`, `country:by AND lang:ru`},
			{`language:Russian and калий*`, `lang:ru AND калий*`},
			{`"and" or "near/5"`, `"and" OR "near/5"`},
			{`„Великий камень“ or «Гродно Азот»`, `"Великий камень" OR "Гродно Азот"`},
			{`MAZ-543 or 5G or U.S.`, `MAZ-543 OR 5G OR U.S.`},
			{
				`(belaruskali or "potassium chloride" or "belarusian potash company") near/9 (sanction* or embargo* or "restrictive measures") not title:(hockey or football)`,
				`(belaruskali OR "potassium chloride" OR "belarusian potash company") NEAR/9 (
  sanction* OR embargo* OR "restrictive measures"
)
NOT title:(hockey OR football)`,
			},
		},
	}
}

func TestVendorsQueriesBecomeOurs(t *testing.T) {
	for _, v := range convert.Vendors() {
		rows := conversions()[v]
		require.GreaterOrEqual(t, len(rows), 20, v)
		for _, row := range rows {
			got, err := convert.Convert(v, row[0])
			require.NoError(t, err, "%s: %s", v, row[0])
			require.Equal(t, row[1], got.Query, "%s: %s", v, row[0])
			again, err := query.Format(got.Query)
			require.NoError(t, err)
			require.Equal(t, got.Query, again, "it is laid out already")
		}
	}
}

func TestNotesSayWhatReadsDifferently(t *testing.T) {
	const plurals = "Lexis finds plurals and other regular forms of words without quotes; here a word is found as written: " +
		"add a wildcard, STEM() or the forms"
	for _, tt := range []struct {
		from convert.Vendor
		src  string
		want []string
	}{
		{convert.Factiva, `belarus`, nil},
		{convert.Factiva, `a and b or c`, []string{"Factiva binds AND and NOT before OR: parentheses added"}},
		{convert.Factiva, `a w/5 b`, []string{"w/5 counts positions, in this order: ONEAR/4 counts the words between"}},
		{convert.Factiva, `a near5 b near5 c`, []string{
			"near5 counts positions, in any order: NEAR/4 counts the words between", "several near5 are read from the left",
		}},
		{convert.Factiva, `hd=a same b`, []string{
			"same is Factiva's same paragraph: NEAR/P", "Factiva binds same before hd=, which holds for both sides",
		}},
		{convert.Factiva, `great stone or great park`, []string{"words side by side are a phrase in Factiva: quoted"}},
		{convert.Factiva, `(a or b) c`, []string{"two parts side by side are adjacent in Factiva: ONEAR/0"}},
		{convert.Factiva, `bank$1`, []string{"bank$1 is up to 1 letters in Factiva: each length is listed"}},
		{convert.Factiva, `"bank$1 x"`, []string{"bank$1 in quotes is up to 1 letters in Factiva: bank* finds any number"}},
		{convert.Factiva, `td=a`, []string{"td= is the text after the lead: body: is what a feed gives as the text"}},
		{convert.Lexis, `"a b"`, nil},
		{convert.Lexis, `"a" or bank! and "c"`, []string{"Lexis binds OR before its other connectors: parentheses added"}},
		{convert.Lexis, `"a" pre/3 "b"`, []string{"pre/3 counts positions: ONEAR/2 counts the words between"}},
		{convert.Lexis, `"a" /s "b" /s "c"`, []string{"Lexis reads the smallest number first, equal ones from the left: parentheses added"}},
		{convert.Lexis, `"a" and not "b" and "c"`, []string{"Lexis binds AND before AND NOT: what follows AND NOT is one group"}},
		{convert.Lexis, `caps("maz")`, []string{"CAPS() finds any capital letter: here the first, or all, must be one"}},
		{convert.Lexis, `wom*n`, []string{"* inside a word is one letter in Lexis: ?"}},
		{convert.Lexis, `a or b`, []string{plurals}},
		{convert.Brandwatch, `a NEAR/3 b`, nil},
		{convert.Brandwatch, `raw:A`, []string{"raw: also keeps punctuation; CASE() compares capitals and reads punctuation as usual"}},
		{convert.Brandwatch, `a NOT b AND c`, []string{"NOT was read to hold for the next word or group only"}},
		{convert.Brandwatch, `country:by`, []string{"country: is the country of the feed here, as feeds.yaml gives it"}},
		{convert.Meltwater, `a near b and (a NEAR c)`, []string{"NEAR without a number is four words in Meltwater: NEAR/4"}},
		{convert.Meltwater, `a^5 and (b or c)^2`, []string{"weights such as ^5 order results in Meltwater; a rule has none: dropped"}},
	} {
		got, err := convert.Convert(tt.from, tt.src)
		require.NoError(t, err, tt.src)
		require.Equal(t, tt.want, got.Notes, tt.src)
	}
}

func TestUnknownVendorsAreRefused(t *testing.T) {
	_, err := convert.Convert("google", "a")
	require.EqualError(t, err, `unknown vendor "google": choose one of [factiva lexis brandwatch meltwater]`)
}
