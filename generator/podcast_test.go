package generator

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ownwords/generator/consent"
)

// TestPodcast looks at what can be listened to: a story told aloud is in the
// podcast, its version in sign language stands behind it in feeds, and a story
// that has only such a version makes no podcast.
func TestPodcast(t *testing.T) {
	site := t.TempDir()
	write := func(name, text string) { writeFile(t, filepath.Join(site, filepath.FromSlash(name)), text) }
	recording := func(name, from string) {
		data, err := os.ReadFile(filepath.Join("media", "testdata", from))
		if err != nil {
			t.Fatal(err)
		}
		write("content/stories/"+name, string(data))
	}
	write("site.yaml", "title: In Our Own Words\nurl: https://stories.example.org/\nlanguage: en-GB\ntimezone: Europe/London\ncontact: write to us\n")
	const uses = "consent: {given: 2026-05-02, for: [page, feeds, recordings]}\n"
	story := func(slug, media, versions string) {
		write("content/stories/"+slug+".md", "---\ntitle: The story "+slug+"\nname: Alba\nfeed: full\nthemes: ["+slug+"]\n"+uses+"media:\n"+media+versions+"---\nThe words of "+slug+".\n")
	}
	signed := func(name string) string {
		recording(name+".mp4", "tagged.mp4")
		write("content/stories/"+name+".txt", "What "+name+" says.\n")
		write("content/stories/"+name+".vtt", "WEBVTT\n\n00:00.000 --> 00:01.000\nHello.\n")
		return "  - {file: " + name + ".mp4, transcript: " + name + ".txt, captions: " + name + ".vtt, people: []}\n"
	}
	recording("told.mp3", "tagged.mp3")
	write("content/stories/told.txt", "What is told aloud.\n")
	story("heard", signed("hands")+"  - {file: told.mp3, transcript: told.txt, people: []}\n", "versions: [{kind: bsl, file: hands.mp4}]\n")
	story("signed", signed("fingers"), "versions: [{kind: bsl, file: fingers.mp4}]\nlanguage: pl\n")
	write("content/pages/listen.md", "---\ntitle: Listen\n---\n[Everything](/podcast.xml), [one theme](/themes/heard/podcast.xml), [and none](/themes/signed/podcast.xml).\n")

	day := consent.NewDay(2026, 6, 1)
	if _, err := Build(context.Background(), Options{Site: site, At: &day}); err != nil {
		t.Fatal(err)
	}
	out := func(name string) string { return readFile(t, filepath.Join(site, "public", filepath.FromSlash(name))) }
	podcast := out("podcast.xml")
	if strings.Count(podcast, "<item>") != 1 || !strings.Contains(podcast, `type="audio/mpeg"`) || strings.Contains(podcast, "video/") ||
		!strings.Contains(podcast, `<podcast:transcript url="https://stories.example.org/stories/heard/" type="text/html"`) {
		t.Errorf("the podcast has something else than the one story told aloud, with its words:\n%s", podcast)
	}
	rss := out("themes/heard/rss.xml")
	if !strings.Contains(rss, `<enclosure url=`) || !strings.Contains(rss, `type="audio/mpeg"`) {
		t.Errorf("the feed doesn't attach the story as it was told:\n%s", rss)
	}
	if feed := out("themes/heard/feed.json"); !strings.Contains(feed, "audio/mpeg") || !strings.Contains(feed, "video/mp4") || strings.Index(feed, "audio/mpeg") > strings.Index(feed, "video/mp4") {
		t.Errorf("the feed doesn't attach the story as it was told and then as it is signed:\n%s", feed)
	}
	if _, err := os.Stat(filepath.Join(site, "public", "themes", "signed", "podcast.xml")); err == nil {
		t.Error("a story that is only signed makes a podcast")
	}
	if film := out("stories/signed/index.html"); !strings.Contains(film, `srclang="pl"`) || !strings.Contains(film, ` width="`) || strings.Contains(film, "autoplay") {
		t.Errorf("the recording doesn't say its size and language, or plays by itself:\n%s", film)
	}
	page := out("listen/index.html")
	if !strings.Contains(page, `href="/podcast.xml"`) || !strings.Contains(page, `href="/themes/heard/podcast.xml"`) || strings.Contains(page, "/themes/signed/podcast.xml") {
		t.Error("links to podcasts don't lead to those that there are")
	}
	if follow := out("follow/index.html"); strings.Count(follow, "podcast.xml") != strings.Count(follow, ">Podcast<") || !strings.Contains(follow, `href="/themes/heard/podcast.xml"`) {
		t.Error("the page about feeds doesn't tell of the podcasts")
	}
}
