package importing

import "strings"

// table writes a table; one that only serves for layout, with a single column
// or row, becomes paragraphs.
func (d *document) table(tbl *element) {
	var rows [][]*element
	columns := 0
	var collect func(*element)
	collect = func(e *element) {
		for _, k := range e.all() {
			switch k.name {
			case "tr":
				var cells []*element
				var inRow func(*element)
				inRow = func(e *element) {
					for _, c := range e.all() {
						switch c.name {
						case "tc":
							cells = append(cells, c)
							for span := atoi(c.kid("tcPr").val("gridSpan")); span > 1 && span <= 60; span-- {
								cells = append(cells, nil)
							}
						case "sdt":
							inRow(c.kid("sdtContent"))
						}
					}
				}
				inRow(k)
				rows = append(rows, cells)
				columns = max(columns, len(cells))
			case "sdt":
				collect(k.kid("sdtContent"))
			case "ins":
				collect(k)
			}
		}
	}
	collect(tbl)
	if columns <= 1 || len(rows) <= 1 {
		for _, cells := range rows {
			for _, c := range cells {
				d.cellBlocks(c)
			}
		}
		return
	}
	b := block{kind: verbatim, line: len(d.blocks) + 1}
	var out [][]string
	for _, cells := range rows {
		row := make([]string, 0, len(cells))
		var plain []string
		for _, c := range cells {
			var md, text []string
			if c != nil {
				for _, p := range paragraphsOf(c, nil) {
					m, t, _ := inlineMarkdown(d.runs(p, nil, ""))
					if m = strings.TrimSpace(strings.ReplaceAll(m, "\\\n", " ")); m != "" {
						md = append(md, m)
					}
					text = append(text, t)
				}
			}
			row = append(row, strings.Join(md, " "))
			plain = append(plain, strings.Join(text, " "))
		}
		out = append(out, row)
		b.inner = append(b.inner, passage{oneSpace(strings.Join(plain, " ")), b.line, false})
	}
	b.md = markdownTable(out)
	d.blocks = append(d.blocks, b)
	d.words = append(d.words, sourceWords(plainRuns(tbl))...)
	for _, p := range paragraphsOf(tbl, nil) {
		d.boxes(p)
	}
}

// cellBlocks adds what is in a cell of a layout table.
func (d *document) cellBlocks(c *element) {
	if c == nil {
		return
	}
	for _, k := range c.kids {
		switch k.name {
		case "p":
			d.paragraph(k)
		case "tbl":
			d.table(k)
		case "sdt":
			d.cellBlocks(k.kid("sdtContent"))
		}
	}
}
