package reach

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"regexp"
	"strconv"
	"strings"
)

// The listing of -S. Names are quoted where they have what would break a line.
//
//	# example.com/m/d
//	example.com/m/d.Twice STEXT nosplit size=4 args=0x8 locals=0x0 funcid=0x0 align=0x0
//		0x0000 00000 (example.com/m/d/d.go:3)	TEXT	example.com/m/d.Twice(SB), …
//		0x0000 48 01 c0 c3                                      H...
//	example.com/m/d.V SDATA size=16
//		0x0000 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  ................
//		rel 0+8 t=R_ADDR type:int+0
var (
	headerLine = regexp.MustCompile(`^(.*) S([A-Z0-9]+)((?: [a-z]+)*) size=(\d+)((?: [a-z]+=\S+)*)$`)
	bytesLine  = regexp.MustCompile(`^\t0x[0-9a-f]{4,} [0-9a-f]{2} `)
	codeLine   = regexp.MustCompile(`^\t0x[0-9a-f]{4,} \d{5,} \((?:(.*?):(\d+)\))?`)
	relocation = regexp.MustCompile(`^\trel \d+\+\d+ t=(\S+) (.*)[+-]\d+$`)
)

// A parser is in the middle of a symbol.
type parser struct {
	code    *Code
	pkg     string // whose section it is
	name    string // of the symbol; "" outside
	text    bytes.Buffer
	refs    []ref
	places  map[Place]bool // of the code; nil of what is none
	files   map[string]string
	visible bool // its bytes were listed, or it has none to list
}

// Read reads a listing, as go prints it of several packages. A line that it does not
// understand is an error: nothing can be said then.
func Read(listing io.Reader) (*Code, error) {
	p := &parser{files: map[string]string{}, code: &Code{symbols: map[string]*symbol{}, packages: map[string]bool{}}}
	in := bufio.NewReader(listing)
	for {
		line, err := in.ReadString('\n')
		if err != nil && err != io.EOF {
			return nil, err
		}
		if wrong := p.line(strings.TrimSuffix(line, "\n")); wrong != nil {
			return nil, wrong
		}
		if err == io.EOF {
			p.end()
			return p.code, nil
		}
	}
}

func (p *parser) line(line string) error {
	switch {
	case line == "":
	case strings.HasPrefix(line, "# "):
		p.end()
		p.section(strings.TrimPrefix(line, "# "))
	case strings.HasPrefix(line, "\t"):
		return p.part(line)
	default:
		p.end()
		return p.header(line)
	}
	return nil
}

// section begins what is listed of a package: "m", "m [m.test]", of the assembler "[m]".
func (p *parser) section(title string) {
	path, _, _ := strings.Cut(title, " ")
	if inner, ok := strings.CutPrefix(path, "["); ok {
		path = strings.TrimSuffix(inner, "]")
	}
	p.pkg = path
	p.code.packages[path] = true
}

func (p *parser) header(line string) error {
	m := headerLine.FindStringSubmatch(line)
	if m == nil || p.pkg == "" {
		return fmt.Errorf("a line of the compiler is not understood: %.200q", line)
	}
	name, kind, marks, size := m[1], m[2], m[3], m[4]
	if strings.HasPrefix(kind, "DWARF") || name == "" {
		return nil // what debuggers read, and what marks name
	}
	p.name, p.refs, p.places = name, nil, nil
	if kind == "TEXT" {
		p.places = map[Place]bool{}
	}
	p.text.Reset()
	p.text.WriteString(line)
	p.visible = size == "0" || strings.HasSuffix(kind, "BSS")
	own := packageOf(name)
	foreign := own != prefixOf(p.pkg) && own != "main" && !strings.Contains(marks, "dupok") && (kind == "TEXT" || strings.HasSuffix(kind, "DATA") && kind != "RODATA" || strings.HasSuffix(kind, "BSS"))
	if foreign || strings.HasSuffix(name, "..inittask") || name == prefixOf(p.pkg)+".TestMain" {
		p.code.roots = append(p.code.roots, name)
	}
	return nil
}

// part is a line of a symbol.
func (p *parser) part(line string) error {
	switch {
	case bytesLine.MatchString(line):
		p.visible = true
	case codeLine.MatchString(line): // the same once more, with line numbers
		if m := codeLine.FindStringSubmatch(line); p.places != nil && m[1] != "" {
			number, _ := strconv.Atoi(m[2])
			p.places[Place{p.file(m[1]), number}] = true
		}
		return nil
	case strings.HasPrefix(line, "\trel "):
		m := relocation.FindStringSubmatch(line)
		if m == nil {
			return fmt.Errorf("a relocation of %s is not understood: %.200q", p.name, line)
		}
		p.visible = true
		switch {
		case m[2] != "":
			p.refs = append(p.refs, ref{kindOf(m[1]), m[2]})
		case p.name != "" && !nameless[m[1]]:
			return fmt.Errorf("a relocation of %s has no name: %.200q", p.name, line)
		}
	default:
		return fmt.Errorf("a line of %s is not understood: %.200q", p.name, line)
	}
	if p.name != "" {
		p.text.WriteString("\n" + line)
	}
	return nil
}

// file is a path, kept once.
func (p *parser) file(path string) string {
	kept, ok := p.files[path]
	if !ok {
		kept = strings.Clone(path)
		p.files[kept] = kept
	}
	return kept
}

// nameless are the relocations that lead nowhere: marks of an indirect call, and of the name of a
// method that is called by way of some interface.
var nameless = map[string]bool{"R_CALLIND": true, "R_USENAMEDMETHOD": true}

func kindOf(relocation string) refKind {
	switch relocation {
	case "R_USEIFACE":
		return iface
	case "R_METHODOFF":
		return method
	}
	return plain
}

// end adds the symbol.
func (p *parser) end() {
	if p.name == "" {
		return
	}
	s := p.code.symbols[p.name]
	if s == nil {
		s = &symbol{contents: map[[32]byte]bool{}}
		p.code.symbols[p.name] = s
	}
	s.hidden = s.hidden || !p.visible
	s.contents[sha256.Sum256(p.text.Bytes())] = true
	s.refs = append(s.refs, p.refs...)
	if p.places != nil {
		if s.places == nil {
			s.places = map[Place]bool{}
		}
		maps.Copy(s.places, p.places)
	}
	p.name = ""
}
