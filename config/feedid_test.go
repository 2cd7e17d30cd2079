package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/config"
)

func TestIDsAreMadeOfNamesOrAddresses(t *testing.T) {
	for _, c := range []struct{ name, address, want string }{
		{"BelTA (English)", "https://eng.belta.by/rss", "belta-english"},
		{"БЕЛТА", "https://www.belta.by/rss", "belta"},
		{"Наша Ніва", "https://nashaniva.com/?c=rss", "nasha-niva"},
		{"Радыё Свабода", "https://www.svaboda.org/api/x", "radye-svaboda"},
		{"Українська правда", "https://www.pravda.com.ua/rss/", "ukrainska-pravda"},
		{"Žinių radijas", "https://www.ziniuradijas.lt/rss", "ziniu-radijas"},
		{"Gazeta Łódzka", "https://lodz.example/rss", "gazeta-lodzka"},
		{"Straße", "https://de.example/rss", "strasse"},
		{"人民网 - 国际", "http://www.people.com.cn/rss/world.xml", "people-world"},
		{"UN 新闻", "https://news.un.org/feed/zh/rss.xml", "un-news-zh"},
		{"", "https://www.pap.pl/rss.xml", "pap"},
		{"!", "https://10.0.0.7/rss.xml", "10-0-0-7"},
		{"", "not an address", "feed"},
		{"Federal Register - Office of Foreign Assets Control", "https://a.example/", "federal-register-office-of"},
		{"Donaudampfschifffahrtsgesellschaftskapitän", "https://a.example/", "donaudampfschifffahrtsgesellscha"},
	} {
		require.Equal(t, c.want, config.NewFeedID(c.name, c.address, func(string) bool { return false }), c.name+c.address)
	}
}

func TestIDsThatAreTakenGetTheHostThenAFigure(t *testing.T) {
	seen := map[string]bool{}
	taken := func(id string) bool { return seen[id] }
	for _, want := range []string{"news", "news-belta", "news-belta-2", "news-belta-3"} {
		got := config.NewFeedID("News", "https://www.belta.by/rss", taken)
		require.Equal(t, want, got)
		seen[got] = true
	}
	seen["belta"] = true
	require.Equal(t, "belta-2", config.NewFeedID("BelTA", "https://www.belta.by/rss", taken), "the host would say it twice")
}
