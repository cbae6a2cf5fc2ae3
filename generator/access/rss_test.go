package access_test

import (
	"os"
	"strings"
	"testing"

	"ownwords/generator/access"
)

func goodFeed(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile("testdata/good/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestGoodRSSBreaksNoRule(t *testing.T) {
	for _, f := range access.CheckRSS([]byte(goodFeed(t, "rss.xml"))) {
		t.Error(f)
	}
}

func TestEachRSSFaultIsFound(t *testing.T) {
	faults := []struct{ rule, old, new, says string }{
		{"xml", "</rss>", "", "isn't well-formed"},
		{"xml", "We had", "We\x01 had", "isn't well-formed"},
		{"xml", "Talks about", "Talks\x0b about", "isn't well-formed"},
		{"xml", "Talks about", "Talks & about", "isn't well-formed"},
		{"xml", "Talks about", "Talks \xff about", "isn't well-formed"},
		{"xml", "</rss>", "</rss><rss/>", "two outermost elements"},
		{"xml", "<rss ", "<!DOCTYPE rss SYSTEM \"https://example.net/x.dtd\"><rss ", "document type"},
		{"xml", ` xmlns:dc="http://purl.org/dc/elements/1.1/"`, "", `prefix "dc" isn't declared`},
		{"structure", `version="2.0"`, `version="0.91"`, `<rss version="2.0">`},
		{"structure", "</channel>", "</channel><channel></channel>", "2 channels"},
		{"structure", "<title>In Our Own Words</title>", "", "no title"},
		{"structure", "<link>https://stories.example.org/</link>", "", "no link"},
		{"structure", "<description>Stories told by the people who lived them.</description>", "<description> </description>", "no description"},
		{"structure", "<dc:creator>Amina</dc:creator>", "<creator>Amina</creator>", "knows no <creator>"},
		{"structure", "<dc:creator>", "<title>Again</title><dc:creator>", "<title> stands twice"},
		{"structure", "<title>No longer available</title>\n      <description>What was here has been taken back by the person who told it.</description>", "", "needs a title or a description"},
		{"structure", "<item>", "<image><url>https://stories.example.org/x.png</url></image><item>", "picture has no title"},
		{"self", `rel="self"`, `rel="alternate"`, "has 0 <atom:link"},
		{"self", `type="application/rss+xml"`, `type="text/xml"`, "application/rss+xml"},
		{"language", "<language>en-GB</language>", "", "doesn't say its language"},
		{"language", "<language>en-GB</language>", "<language>English</language>", "isn't a language tag"},
		{"date", "Sat, 02 May 2026 00:00:00 +0100", "2026-05-02", "isn't an RFC 822 date"},
		{"date", "Sat, 02 May 2026 00:00:00 +0100", "Fri, 02 May 2026 00:00:00 +0100", "isn't a Fri"},
		{"date", "Sat, 02 May 2026 00:00:00 +0100", "Sat, 02 May 26 00:00:00 +0100", "isn't an RFC 822 date"},
		{"date", "Sat, 02 May 2026 00:00:00 +0100", "Sat, 02 May 2026 00:00:00 XYZ", "time zone"},
		{"guid", `<guid isPermaLink="false">urn:ownwords:19ab</guid>`, "", "no guid"},
		{"guid", `<guid isPermaLink="false">urn:ownwords:19ab`, `<guid>urn:ownwords:19ab`, "isPermaLink"},
		{"guid", "urn:ownwords:77cd", "urn:ownwords:19ab", "used twice"},
		{"absolute", "<link>https://stories.example.org/stories/library/</link>", "<link>/stories/library/</link>", "isn't a whole address"},
		{"absolute", `href="https://stories.example.org/rss.xml"`, `href="rss.xml"`, "isn't a whole address"},
		{"absolute", `<a href="https://stories.example.org/stories/library/#before">`, `<a href="#before">`, "isn't a whole address"},
		{"absolute", `src="https://stories.example.org/assets/kitchen.png"`, `src="../kitchen.png"`, "isn't a whole address"},
		{"absolute", "<img ", `<img srcset="/k.png 2x" `, "isn't a whole address"},
		{"author", "<dc:creator>", "<author>Amina</author><dc:creator>", "not an e-mail address"},
		{"enclosure", "<dc:creator>", `<enclosure url="https://stories.example.org/told.mp3" length="long" type="audio/mpeg"/><dc:creator>`, "number of bytes"},
		{"enclosure", "<dc:creator>", `<enclosure url="https://stories.example.org/told.mp3" length="1" type="mp3"/><dc:creator>`, "media type"},
		{"enclosure", "<dc:creator>", `<enclosure url="https://x.example.org/a" length="1" type="a/b"/><enclosure url="https://x.example.org/b" length="1" type="a/b"/><dc:creator>`, "2 enclosures"},
		{"content", ` alt="Two women laughing at a kitchen table"`, "", "lost its alt"},
		{"content", "<p>We had", "<p style='color:red'>We had", "attribute style"},
		{"content", "<p>We had", "<script>x()</script><p>We had", "may not be given <script>"},
	}
	good := goodFeed(t, "rss.xml")
	caught := map[string]bool{}
	for _, fault := range faults {
		t.Run(fault.rule+"/"+fault.says, func(t *testing.T) {
			broken := strings.Replace(good, fault.old, fault.new, 1)
			if broken == good {
				t.Fatalf("%q doesn't stand in the feed, so nothing was broken", fault.old)
			}
			found := access.CheckRSS([]byte(broken))
			for _, f := range found {
				if f.Rule == fault.rule && strings.Contains(f.Message, fault.says) {
					caught[fault.rule] = true
					return
				}
			}
			t.Errorf("not found; found %v", found)
		})
	}
	for _, rule := range access.RSSRules {
		if !caught[rule.Name] {
			t.Errorf("no broken feed shows that the rule %q finds anything", rule.Name)
		}
	}
}

func FuzzCheckRSS(f *testing.F) {
	f.Add(goodFeed(f, "rss.xml"))
	f.Add("<rss version='2.0'><channel><item><guid/></item></channel></rss>")
	f.Fuzz(func(t *testing.T, feed string) { access.CheckRSS([]byte(feed)) })
}
