package render

import (
	"sync"

	"ownwords/generator/gate"
	"ownwords/generator/media"
	"ownwords/generator/weave"
)

// SocialImage is the picture by which other sites show a link to a page.
type SocialImage struct {
	URL, Alt string
}

// socialCards draws the site's own cards, each when the first page wants it.
type socialCards struct {
	draw func(title, site string) (*media.Rendition, error)
	// put is given each card's file once.
	put func(f File, data []byte) error

	drawn sync.Map // title -> func() (*media.File, error)
}

// card returns the card with a title, or, where it is "", with the site's name
// alone; nil when it can't be drawn. owner is the item whose title it is.
func (c *socialCards) card(title, site, owner string) (*media.File, error) {
	once, _ := c.drawn.LoadOrStore(title, sync.OnceValues(func() (*media.File, error) {
		drawn, err := c.draw(title, site)
		if err != nil {
			return nil, nil // the words in the page's head stand without it
		}
		f := drawn.Files[0]
		if err := c.put(File{Path: "media/" + f.Name, Owner: owner}, f.Data); err != nil {
			return nil, err
		}
		f.Data = nil
		return &f, nil
	}))
	return once.(func() (*media.File, error))()
}

// socialImage returns the picture for a page whose teller allows `social`: the
// story's own when everyone in it allows that, else a card with its title, or,
// where that can't be drawn, with the site's name (spec, uses). A drawing (SVG)
// is shown by no platform. It returns nil where there is to be none.
func (r *renderer) socialImage(p *weave.Page) (*SocialImage, error) {
	if p.Social == nil {
		return nil, nil
	}
	if m := p.Social.Image; m != nil {
		if f := r.largest(m); f != nil && f.Type != "image/svg+xml" {
			return &SocialImage{r.absolute(r.mediaURL(f)), m.Alt}, nil
		}
	}
	if !p.Social.Drawn || r.socials == nil {
		return nil, nil
	}
	if p.Social.Lettered {
		f, err := r.socials.card(p.Social.Title, r.Site.Title, p.Owner)
		if f != nil || err != nil {
			return r.cardImage(f, p.Social.Title+" – "+r.Site.Title), err
		}
	}
	f, err := r.socials.card("", r.Site.Title, "")
	return r.cardImage(f, r.Site.Title), err
}

func (r *renderer) cardImage(f *media.File, words string) *SocialImage {
	if f == nil {
		return nil
	}
	return &SocialImage{r.absolute(r.mediaURL(f)), words}
}

// largest returns a published picture's largest file, or nil.
func (r *renderer) largest(m *gate.Medium) *media.File {
	p := r.publication(m)
	if p == nil || p.rendition == nil {
		return nil
	}
	return &p.rendition.Files[len(p.rendition.Files)-1]
}
