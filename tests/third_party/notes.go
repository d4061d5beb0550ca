// What golang.org/x/mod/sumdb/note accepts: the other half of note_check.cc.
//
// notes -make N -seed S   writes N mutated checkpoint notes, each after a line with its length; the
//
//	first is the verifier key they are signed with
//
// notes                   reads the same from standard input; prints two words a note: whether it
//
//	accepts or refuses it as a signed note whoever signed it, and as a
//	checkpoint signed by that key
package main

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"math/rand"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const origin = "log.example/ring/n7/2026-11"

func die(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "notes:", err)
		os.Exit(2)
	}
}

func pick(random *rand.Rand, choices ...string) string {
	return choices[random.Intn(len(choices))]
}

// texts are bodies of checkpoints, right and wrong; they are signed afterwards.
func makeText(random *rand.Rand) string {
	root := make([]byte, 32)
	random.Read(root)
	line := base64.StdEncoding.EncodeToString(root)
	size := strconv.FormatInt(random.Int63n(1<<uint(1+random.Intn(62))), 10)
	first := origin
	if random.Intn(2) == 0 {
		size = pick(random, size, "0", "00", "0"+size, "+"+size, "-"+size, " "+size, size+" ", "",
			"1e3", "0x10", "1_000", "9223372036854775807", "9223372036854775808", "-0",
			"18446744073709551616", "١٢")
	}
	if random.Intn(4) == 0 {
		line = pick(random, line[:43], line+"=", line[:40], line+"AAAA", "", " "+line, line+" ",
			strings.TrimRight(line, "="), line[:42]+"B=", line[:20]+"-"+line[21:],
			base64.RawURLEncoding.EncodeToString(root), strings.ToLower(line), line[:41]+"===")
	}
	if random.Intn(6) == 0 {
		first = pick(random, "", " "+origin, origin+" ", "other.example", strings.ToUpper(origin),
			origin+"+", "go.sum database tree", origin+"\u2028")
	}
	text := first + "\n" + size + "\n" + line + "\n"
	if random.Intn(4) == 0 {
		text += pick(random, "extension\n", "a\nb\n", "\n", "\n\n", "x\n\ny\n", "é\n", "\u2014 a b\n",
			strings.Repeat("long ", 1000)+"\n")
	}
	if random.Intn(12) == 0 {
		text = pick(random, first+"\n", first+"\n"+size+"\n", "\n", "a\n", "\n"+text)
	}
	return text
}

func signatureLine(name string, id uint32, signature []byte) string {
	data := make([]byte, 4, 4+len(signature))
	binary.BigEndian.PutUint32(data, id)
	return "— " + name + " " + base64.StdEncoding.EncodeToString(append(data, signature...)) + "\n"
}

// mutateLines changes the signature lines.
func mutateLines(random *rand.Rand, line string) string {
	parts := strings.SplitN(strings.TrimSuffix(line, "\n"), " ", 3)
	other := func(name string) string {
		return signatureLine(name, random.Uint32(), []byte("seventeen bytes.."))
	}
	switch random.Intn(19) {
	case 0:
		return other("witness.example") + line
	case 1:
		return line + other(origin)
	case 2:
		return line + line
	case 3: // the limit of signatures, and one more
		return strings.Repeat(other("many.example"), 98+random.Intn(4)) + line
	case 4:
		return other(pick(random, "a+b", "a\u00a0b", "a\u2003b", "a\u3000b", "a\u0085b", "a\u200bb",
			"a\u1680b", "a\ufeffb", "\u180e", "a\u205fb", "a\u202fb", "a\u2028b", "é", "日本")) + line
	case 5:
		return pick(random, "- ", "—  ", "—", "\u2013 ", " — ", "—\u00a0") + parts[1] + " " + parts[2] + "\n"
	case 6:
		return "— " + parts[1] + pick(random, "  ", "", " x ", "\u00a0") + parts[2] + "\n"
	case 7:
		return "— " + parts[1] + " " + parts[2] + pick(random, " ", "=", "==", " x", "A", "AAAA") + "\n"
	case 8:
		return "— " + parts[1] + " " + strings.TrimRight(parts[2], "=") + "\n"
	case 9: // unused bits of the last character
		at := len(strings.TrimRight(parts[2], "=")) - 1
		changed := []byte(parts[2])
		alphabet := "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
		changed[at] = alphabet[strings.IndexByte(alphabet, changed[at])^(1+random.Intn(3))]
		return "— " + parts[1] + " " + string(changed) + "\n"
	case 10: // short ones: four bytes are no signature
		data := make([]byte, random.Intn(8))
		return "— x " + base64.StdEncoding.EncodeToString(data) + "\n" + line
	case 11:
		return line + pick(random, "\n", "x\n", "— \n", "— a\n", "—\n", "\n\n")
	case 12:
		return strings.TrimSuffix(line, "\n") + pick(random, "", "\r\n", "\n\n", "\t\n", "\x00\n", "\x7f\n")
	case 13:
		return ""
	case 14: // another name under this key's id, another id under its name
		return strings.Replace(line, origin, "log.example/other", 1)
	case 15:
		data, err := base64.StdEncoding.DecodeString(parts[2])
		die(err)
		data[random.Intn(len(data))] ^= 1 << uint(random.Intn(8))
		return "— " + parts[1] + " " + base64.StdEncoding.EncodeToString(data) + "\n"
	case 16: // a wrong signature of a known key, before or after the right one
		wrong := signatureLine(origin, binary.BigEndian.Uint32(decode(parts[2])), make([]byte, 64))
		return pick(random, wrong+line, line+wrong)
	case 17:
		return signatureLine(origin, binary.BigEndian.Uint32(decode(parts[2])),
			decode(parts[2])[4:4+random.Intn(64)])
	}
	return line
}

func decode(text string) []byte {
	data, err := base64.StdEncoding.DecodeString(text)
	die(err)
	return data
}

// mutateBytes changes bytes of the whole note, whatever they mean.
func mutateBytes(random *rand.Rand, data []byte) []byte {
	at := random.Intn(len(data) + 1)
	insert := func(text string) []byte {
		return append(append(append([]byte{}, data[:at]...), text...), data[at:]...)
	}
	switch random.Intn(8) {
	case 0:
		return data[:at]
	case 1:
		return append(append([]byte{}, data[:at]...), data[min(at+1, len(data)):]...)
	case 2:
		return insert(pick(random, "\n", "\n\n", " ", "\r", "\t", "\x00", "\x1f", "\x7f"))
	case 3: // not UTF-8: overlong, surrogate, cut short, beyond U+10FFFF
		return insert(pick(random, "\xff", "\xc0\x80", "\xed\xa0\x80", "\xe2\x80", "\xf4\x90\x80\x80",
			"\xf8\x88\x80\x80\x80", "\xe0\x80\x80"))
	case 4:
		return insert(pick(random, "\u0080", "\u0085", "\u2014", "\U0010ffff", "\ufffd", "\ufeff"))
	case 5:
		return bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n"))
	case 6:
		return bytes.Replace(data, []byte("\n\n"), []byte("\n"), 1)
	}
	changed := append([]byte{}, data...)
	if len(data) > 0 {
		changed[min(at, len(data)-1)] ^= 1 << uint(random.Intn(8))
	}
	return changed
}

func min(a, b int) int {
	if a < b {
		return a
	}
	return b
}

func makeNotes(count int, seed int64) {
	random := rand.New(rand.NewSource(seed))
	private := make([]byte, ed25519.SeedSize)
	random.Read(private)
	key := ed25519.NewKeyFromSeed(private)
	vkey, err := note.NewEd25519VerifierKey(origin, key.Public().(ed25519.PublicKey))
	die(err)
	verifier, err := note.NewVerifier(vkey)
	die(err)
	out := bufio.NewWriter(os.Stdout)
	write := func(data []byte) { fmt.Fprintf(out, "%d\n%s", len(data), data) }
	write([]byte(vkey))
	for i := 0; i < count; i++ {
		text := makeText(random)
		line := signatureLine(origin, verifier.KeyHash(), ed25519.Sign(key, []byte(text)))
		if random.Intn(2) == 0 {
			line = mutateLines(random, line)
		}
		data := []byte(text + "\n" + line)
		if random.Intn(3) == 0 {
			data = mutateBytes(random, data)
		}
		write(data)
	}
	die(out.Flush())
}

// readOne gives the next note of the stream, or io.EOF.
func readOne(in *bufio.Reader) ([]byte, error) {
	line, err := in.ReadString('\n')
	if err != nil {
		return nil, err
	}
	length, err := strconv.Atoi(strings.TrimSuffix(line, "\n"))
	die(err)
	data := make([]byte, length)
	_, err = io.ReadFull(in, data)
	return data, err
}

func isNote(data []byte) bool {
	_, err := note.Open(data, note.VerifierList())
	_, unverified := err.(*note.UnverifiedNoteError)
	return err == nil || unverified
}

// isCheckpoint has x/mod read the text below the origin as a tree of its own. In two points C2SP
// tlog-checkpoint asks for more: no line is empty, and the root has one encoding only.
func isCheckpoint(data []byte, verifier note.Verifier) bool {
	opened, err := note.Open(data, note.VerifierList(verifier))
	if err != nil || !strings.HasPrefix(opened.Text, verifier.Name()+"\n") {
		return false
	}
	below := opened.Text[len(verifier.Name())+1:]
	if strings.Contains("\n"+below, "\n\n") {
		return false
	}
	tree, err := tlog.ParseTree([]byte("go.sum database tree\n" + below))
	return err == nil && strings.Contains(below, "\n"+tree.Hash.String()+"\n")
}

func word(accepted bool) string {
	if accepted {
		return "accepts"
	}
	return "refuses"
}

func main() {
	count := flag.Int("make", 0, "how many notes to write")
	seed := flag.Int64("seed", 1, "of the mutations")
	flag.Parse()
	if *count > 0 {
		makeNotes(*count, *seed)
		return
	}
	in := bufio.NewReader(os.Stdin)
	vkey, err := readOne(in)
	die(err)
	verifier, err := note.NewVerifier(string(vkey))
	die(err)
	for {
		data, err := readOne(in)
		if err == io.EOF {
			return
		}
		die(err)
		fmt.Println(word(isNote(data)), word(isCheckpoint(data, verifier)))
	}
}
