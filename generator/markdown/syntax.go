package markdown

import (
	"bytes"
	"slices"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// The syntax beyond CommonMark and GFM: mentions of people and passages that
// need someone's consent (spec, "People inside Markdown").

var (
	kindMention = ast.NewNodeKind("Mention")
	kindPassage = ast.NewNodeKind("Passage")
)

// mentionNode is `[@id]`; `[words](@id "fallback")` parses as a link and is
// recognised when it is compiled.
type mentionNode struct {
	ast.BaseInline
	person string
}

func (n *mentionNode) Kind() ast.NodeKind          { return kindMention }
func (n *mentionNode) Dump(source []byte, lvl int) { ast.DumpHelper(n, source, lvl, nil, nil) }

// passageNode is `::: with @id` or `::: without @id` up to its `:::`.
type passageNode struct {
	ast.BaseBlock
	person  string
	without bool
	start   int // byte offset of the opening line
	end     int // and of the closing one
	closed  bool
	// indented says that Markdown would take the opening line for code.
	indented bool
}

func (n *passageNode) Kind() ast.NodeKind          { return kindPassage }
func (n *passageNode) Dump(source []byte, lvl int) { ast.DumpHelper(n, source, lvl, nil, nil) }

// strayNode is a `:::` line that opens or closes nothing; it is reported and
// leaves no words in the output.
type strayNode struct {
	ast.BaseBlock
	start int
}

var kindStray = ast.NewNodeKind("Stray")

func (n *strayNode) Kind() ast.NodeKind          { return kindStray }
func (n *strayNode) Dump(source []byte, lvl int) { ast.DumpHelper(n, source, lvl, nil, nil) }

// isID reports whether s is an ID or slug of the spec: a-z, 0-9 and hyphens.
func isID(s []byte) bool {
	for _, c := range s {
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-') {
			return false
		}
	}
	return len(s) > 0
}

type mentionParser struct{}

func (mentionParser) Trigger() []byte { return []byte{'['} }

func (mentionParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, segment := block.PeekLine()
	if len(line) < 4 || line[1] != '@' {
		return nil
	}
	end := bytes.IndexByte(line, ']')
	if end < 0 || !looksLikeID(line[2:end]) {
		return nil
	}
	// "[@amina](…)" is a link whose words are an ID; it is compiled as a mention.
	if end+1 < len(line) && line[end+1] == '(' {
		return nil
	}
	block.Advance(end + 1)
	n := &mentionNode{person: string(line[2:end])}
	n.SetPos(segment.Start)
	return n
}

// looksLikeID accepts anything that someone may have meant as a person's ID,
// capitals and spaces included, so that a slip is reported as an unknown
// person instead of being printed.
func looksLikeID(s []byte) bool {
	return len(s) > 0 && len(s) <= 100 && !bytes.ContainsAny(s, "[]\n")
}

// Unclear stands for the person of a passage whose first line can't be read,
// such as `::: with amina`. Nobody has that ID, so the passage doesn't stand:
// its words were meant to need somebody's consent (spec, promise 2).
const Unclear = "?"

type passageParser struct{}

func (passageParser) Trigger() []byte { return []byte{':'} }

// directive reads a line of at least three colons; rest is what follows them.
func directive(line []byte) (rest []byte, ok bool) {
	line = bytes.TrimSpace(line)
	if !bytes.HasPrefix(line, []byte(":::")) {
		return nil, false
	}
	return bytes.TrimSpace(bytes.TrimLeft(line, ":")), true
}

func (passageParser) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, segment := reader.PeekLine()
	rest, ok := directive(line)
	if !ok {
		return nil, parser.NoChildren
	}
	reader.AdvanceToEOL()
	var keyword, who []byte
	if words := bytes.Fields(rest); len(words) > 0 {
		keyword, who = words[0], bytes.Join(words[1:], []byte(" "))
	}
	without := string(keyword) == "without"
	if (string(keyword) == "with" || without) && len(who) > 1 && who[0] == '@' && isID(who[1:]) {
		n := &passageNode{person: string(who[1:]), without: without, start: segment.Start, indented: pc.BlockIndent() > 3}
		n.SetPos(segment.Start)
		return n, parser.HasChildren
	}
	if bytes.IndexByte(rest, '@') >= 0 || len(keyword) >= 2 && bytes.EqualFold(keyword[:2], []byte("wi")) {
		n := &passageNode{person: Unclear, start: segment.Start}
		n.SetPos(segment.Start)
		return n, parser.HasChildren
	}
	n := &strayNode{start: segment.Start}
	n.SetPos(segment.Start)
	return n, parser.NoChildren
}

func (passageParser) Continue(node ast.Node, reader text.Reader, pc parser.Context) parser.State {
	passage, ok := node.(*passageNode)
	if !ok {
		return parser.Close
	}
	line, segment := reader.PeekLine()
	if rest, ok := directive(line); ok && len(rest) == 0 && innermost(passage, pc) {
		passage.closed, passage.end = true, segment.Start
		reader.AdvanceToEOL()
		return parser.Close
	}
	return parser.Continue | parser.HasChildren
}

// innermost reports whether a closing line belongs to this passage: no later
// passage is open, and the line isn't part of a code block inside it.
func innermost(passage *passageNode, pc parser.Context) bool {
	blocks := pc.OpenedBlocks()
	for _, b := range slices.Backward(blocks) {
		switch n := b.Node.(type) {
		case *passageNode:
			return n == passage
		case *ast.FencedCodeBlock, *ast.HTMLBlock:
			return false
		}
	}
	return false
}

func (passageParser) Close(ast.Node, text.Reader, parser.Context) {}
func (passageParser) CanInterruptParagraph() bool                 { return true }

// CanAcceptIndentedLine says yes: most who indent a line with ::: don't mean it
// as code, in which the passage would be shown; see also nearDirectives.
func (passageParser) CanAcceptIndentedLine() bool { return true }

// commentBlocks keeps goldmark's HTML blocks only for comments, scripts,
// styles and declarations, whose insides aren't words. Other HTML is left to
// the paragraph parser, so that the words between the tags, mentions included,
// are read as Markdown (spec: the tags go, the words between them stay).
type commentBlocks struct{ parser.BlockParser }

func (c commentBlocks) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, at := reader.Position()
	first, _ := reader.PeekLine()
	node, state := c.BlockParser.Open(parent, reader, pc)
	if block, ok := node.(*ast.HTMLBlock); ok {
		wordless := block.HTMLBlockType >= ast.HTMLBlockType2 && block.HTMLBlockType <= ast.HTMLBlockType5
		lower := bytes.ToLower(bytes.TrimSpace(first))
		if !wordless && !bytes.HasPrefix(lower, []byte("<script")) && !bytes.HasPrefix(lower, []byte("<style")) {
			reader.SetPosition(line, at)
			return nil, parser.NoChildren
		}
	}
	return node, state
}

// definitions is goldmark's reader of link definitions. It is asked only about
// paragraphs that may begin with one: what it needs for looking is garbage.
type definitions struct{ parser.ParagraphTransformer }

func (d definitions) Transform(node *ast.Paragraph, reader text.Reader, pc parser.Context) {
	if lines := node.Lines(); lines.Len() > 0 {
		first := lines.At(0)
		if line := first.Value(reader.Source()); !util.IsBlank(line) && bytes.IndexByte(line, '[') < 0 {
			return
		}
	}
	d.ParagraphTransformer.Transform(node, reader, pc)
}

// homeAttribute remembers on a footnote in what it was written, because
// goldmark moves footnotes to the end of the text.
const homeAttribute = "ownwords-home"

// footnotes is goldmark's parser of footnotes, with homeAttribute.
type footnotes struct{ parser.BlockParser }

func (f footnotes) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	node, state := f.BlockParser.Open(parent, reader, pc)
	if node != nil {
		node.SetAttributeString(homeAttribute, parent)
	}
	return node, state
}

// converter is goldmark with GFM's tables, strikethrough and task lists,
// footnotes, heading attributes, and the syntax above. One instance serves all
// goroutines.
var converter = newConverter()

func newConverter() goldmark.Markdown {
	blocks := parser.DefaultBlockParsers()
	for i, b := range blocks {
		if b.Priority == 900 { // goldmark's HTML block parser
			blocks[i] = util.Prioritized(commentBlocks{b.Value.(parser.BlockParser)}, b.Priority)
		}
	}
	blocks = append(blocks, util.Prioritized(passageParser{}, 450), util.Prioritized(footnotes{extension.NewFootnoteBlockParser()}, 999))
	inlines := append(parser.DefaultInlineParsers(), util.Prioritized(mentionParser{}, 150), util.Prioritized(extension.NewFootnoteParser(), 101))
	return goldmark.New(
		goldmark.WithParser(parser.NewParser(
			parser.WithBlockParsers(blocks...),
			parser.WithInlineParsers(inlines...),
			parser.WithParagraphTransformers(util.Prioritized(definitions{parser.LinkReferenceParagraphTransformer}, 100)),
			parser.WithASTTransformers(util.Prioritized(extension.NewFootnoteASTTransformer(), 999)),
			parser.WithHeadingAttribute(),
		)),
		goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.TaskList),
	)
}

// limits on nesting, beyond which parsing takes time out of proportion (spec,
// "A site's folder": nested deeper than 100 is a problem).
const (
	maxNesting  = 100
	maxBrackets = 2000 // in one paragraph
)

// tooNested returns the first line that nests deeper than allowed, or 0. It
// looks at the source before it is parsed.
func tooNested(source []byte) (line int) {
	brackets, open, n := 0, 0, 0
	for text := range bytes.Lines(source) {
		n++
		trimmed := bytes.TrimSpace(text)
		if len(trimmed) == 0 {
			brackets = 0
			continue
		}
		brackets += bytes.Count(trimmed, []byte("[")) + bytes.Count(trimmed, []byte("*"))/2 + bytes.Count(trimmed, []byte("_"))/2 + bytes.Count(trimmed, []byte("`"))/2
		if rest, ok := directive(text); ok {
			if len(rest) == 0 {
				open = max(0, open-1)
			} else {
				open++
			}
		}
		if brackets > maxBrackets || open > maxNesting || markers(text) > maxNesting {
			return n
		}
	}
	return 0
}

// markers counts the block quotation and list markers at the start of a line,
// and the levels that its indentation may stand for when it is a list item.
func markers(line []byte) int {
	count, indent := 0, 0
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == ' ':
			indent++
		case c == '\t':
			indent += 4
		case c == '>':
			count++
		case (c == '-' || c == '*' || c == '+') && i+1 < len(line) && (line[i+1] == ' ' || line[i+1] == '\t'):
			count++
		case c >= '0' && c <= '9':
			j := i
			for j < len(line) && line[j] >= '0' && line[j] <= '9' {
				j++
			}
			if j+1 >= len(line) || (line[j] != '.' && line[j] != ')') || line[j+1] != ' ' {
				return count
			}
			count++
			i = j
		default:
			if count > 0 {
				return max(count, indent/2)
			}
			return count
		}
	}
	return count
}
