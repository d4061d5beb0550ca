// Verifies one month of a decision log with golang.org/x/mod/sumdb/note and sumdb/tlog: none of the
// hashing, proving and signature checking is ours. Takes the month's folder, or a folder written by
// `ringfence log tiles`; prints what is wrong and exits 1, or exits 0; 2 is usage.
//
// verify [-proofs N] [-seed N] [-trusted checkpoint]... FOLDER
//
// Builds with Go 1.19 and x/mod 0.7.0 (Debian 12) and with newer ones.
package main

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"math/rand"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight    = 8
	tileWidth     = 1 << tileHeight
	segmentTiles  = 1 << 14 // tiles and bundles in a segment: 2^22 entries
	entryBytes    = 184
	bundleBytes   = tileWidth * entryBytes
	fullTileBytes = tileWidth * tlog.HashSize
)

var findings int

func wrong(format string, arguments ...interface{}) {
	findings++
	if findings <= 20 {
		fmt.Printf(format+"\n", arguments...)
	}
}

// readRange gives a range of a file; all of it must be there.
func readRange(path string, offset int64, size int) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data := make([]byte, size)
	if _, err := file.ReadAt(data, offset); err != nil {
		return nil, fmt.Errorf("%s: %d bytes at %d: %v", path, size, offset, err)
	}
	return data, nil
}

// A source of tiles and bundles; a tlog.TileReader.
type source interface {
	tlog.TileReader
	bundle(number int64, width int) ([]byte, error)
}

// folder is the log's own form: tiles are ranges of flat files.
type folder struct{ path string }

func (f folder) Height() int                                { return tileHeight }
func (f folder) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

func (f folder) segment(number int64, end string) string {
	return filepath.Join(f.path, "seg", fmt.Sprintf("%010d.%s", number/segmentTiles, end))
}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		path, number := filepath.Join(f.path, fmt.Sprintf("level%d", tile.L)), tile.N
		if tile.L == 0 {
			path, number = f.segment(tile.N, "l0"), tile.N%segmentTiles
		}
		data, err := readRange(path, number*fullTileBytes, tile.W*tlog.HashSize)
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (f folder) bundle(number int64, width int) ([]byte, error) {
	return readRange(f.segment(number, "ent"), number%segmentTiles*bundleBytes, width*entryBytes)
}

// tiles is the form C2SP tlog-tiles clients ask for.
type tiles struct{ path string }

func (t tiles) Height() int                                { return tileHeight }
func (t tiles) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

func (t tiles) read(tile tlog.Tile, level string) ([]byte, error) {
	// x/mod writes tile/8/LEVEL/..., C2SP tile/LEVEL/...
	parts := strings.SplitN(tile.Path(), "/", 4)
	return os.ReadFile(filepath.Join(t.path, "tile", level, parts[3]))
}

func (t tiles) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := t.read(tile, strconv.Itoa(tile.L))
		if err != nil {
			return nil, err
		}
		if len(data) != tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s: %d bytes", tile.Path(), len(data))
		}
		all = append(all, data)
	}
	return all, nil
}

func (t tiles) bundle(number int64, width int) ([]byte, error) {
	return t.read(tlog.Tile{H: tileHeight, L: 0, N: number, W: width}, "entries")
}

// openCheckpoint verifies the signature, then reads the three lines as x/mod reads its own tree.
func openCheckpoint(data []byte, verifier note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open(data, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	origin := verifier.Name() + "\n"
	if !strings.HasPrefix(opened.Text, origin) {
		return tlog.Tree{}, fmt.Errorf("the origin is not the key's name %s", verifier.Name())
	}
	return tlog.ParseTree([]byte("go.sum database tree\n" + opened.Text[len(origin):]))
}

func checkpointNotes(path string) ([][]byte, error) {
	data, err := os.ReadFile(path)
	if os.IsNotExist(err) { // `log tiles` writes the newest only
		return nil, nil
	}
	var notes [][]byte
	for err == nil && len(data) > 0 {
		end := bytes.IndexByte(data, '\n')
		if end < 0 {
			return nil, fmt.Errorf("%s: a length without its line's end", path)
		}
		var length int
		length, err = strconv.Atoi(string(data[:end]))
		if err != nil || length < 0 || length > len(data)-end-1 {
			return nil, fmt.Errorf("%s: the length %q", path, data[:end])
		}
		notes = append(notes, data[end+1:end+1+length])
		data = data[end+1+length:]
	}
	return notes, err
}

// memory holds every hash of the tree as computed from the entries.
type memory []tlog.Hash

func (m *memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var all []tlog.Hash
	for _, index := range indexes {
		all = append(all, (*m)[index])
	}
	return all, nil
}

// rehash computes the whole tree from the entries, and compares each stored leaf hash.
func rehash(from source, size int64) (*memory, error) {
	hashes := make(memory, 0, 2*size)
	for number := int64(0); number*tileWidth < size; number++ {
		width := tileWidth
		if rest := size - number*tileWidth; rest < tileWidth {
			width = int(rest)
		}
		bundle, err := from.bundle(number, width)
		if err != nil {
			return nil, err
		}
		tile := tlog.Tile{H: tileHeight, L: 0, N: number, W: width}
		stored, err := from.ReadTiles([]tlog.Tile{tile})
		if err != nil {
			return nil, err
		}
		for i := 0; i < width; i++ {
			index := number*tileWidth + int64(i)
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				return nil, fmt.Errorf("entry %d: its bundle ends", index)
			}
			length := 2 + int(binary.BigEndian.Uint16(bundle))
			leaf := tlog.RecordHash(bundle[2:length])
			bundle = bundle[length:]
			if !bytes.Equal(leaf[:], stored[0][i*tlog.HashSize:(i+1)*tlog.HashSize]) {
				wrong("entry %d: the stored leaf hash is not the entry's", index)
			}
			more, err := tlog.StoredHashesForRecordHash(index, leaf, &hashes)
			if err != nil {
				return nil, err
			}
			hashes = append(hashes, more...)
		}
		if len(bundle) != 0 {
			return nil, fmt.Errorf("bundle %d: %d bytes too many", number, len(bundle))
		}
	}
	return &hashes, nil
}

// compareLevels compares the stored hashes of levels 1 and up with those computed.
func compareLevels(from source, size int64, hashes *memory) error {
	for level := 1; size>>(tileHeight*level) > 0; level++ {
		count := size >> (tileHeight * level)
		for number := int64(0); number*tileWidth < count; number++ {
			width := tileWidth
			if rest := count - number*tileWidth; rest < tileWidth {
				width = int(rest)
			}
			tile := tlog.Tile{H: tileHeight, L: level, N: number, W: width}
			stored, err := from.ReadTiles([]tlog.Tile{tile})
			if err != nil {
				return err
			}
			for i := 0; i < width; i++ {
				at := tlog.StoredHashIndex(tileHeight*level, number*tileWidth+int64(i))
				if !bytes.Equal((*hashes)[at][:], stored[0][i*tlog.HashSize:(i+1)*tlog.HashSize]) {
					wrong("%s: hash %d is not that of its entries", tile.Path(), i)
				}
			}
		}
	}
	return nil
}

// proveInclusion makes proofs from the stored tiles and checks them against the signed root.
func proveInclusion(from source, tree tlog.Tree, hashes *memory, count int, seed int64) {
	reader := tlog.TileHashReader(tree, from)
	random := rand.New(rand.NewSource(seed))
	for ; count > 0 && tree.N > 0; count-- {
		index := random.Int63n(tree.N)
		proof, err := tlog.ProveRecord(tree.N, index, reader)
		if err == nil {
			leaf := (*hashes)[tlog.StoredHashIndex(0, index)]
			err = tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf)
		}
		if err != nil {
			wrong("inclusion of entry %d: %v", index, err)
		}
	}
}

// proveContinuation proves from the stored tiles that the newest tree contains an older one.
func proveContinuation(from source, older, newest tlog.Tree, what string) {
	if older.N > newest.N {
		wrong("%s has %d entries, the newest checkpoint %d", what, older.N, newest.N)
		return
	}
	if older.N == 0 {
		return
	}
	proof, err := tlog.ProveTree(newest.N, older.N, tlog.TileHashReader(newest, from))
	if err == nil {
		err = tlog.CheckTree(proof, newest.N, newest.Hash, older.N, older.Hash)
	}
	if err != nil {
		wrong("%s of %d entries is not contained in the newest: %v", what, older.N, err)
	}
}

type list []string

func (l *list) String() string         { return strings.Join(*l, ",") }
func (l *list) Set(value string) error { *l = append(*l, value); return nil }

func check(path string, proofs int, seed int64, trusted []string) error {
	vkey, err := os.ReadFile(filepath.Join(path, "log.vkey"))
	if err != nil {
		return err
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(string(vkey)))
	if err != nil {
		return err
	}
	data, err := os.ReadFile(filepath.Join(path, "checkpoint"))
	if err != nil {
		return err
	}
	newest, err := openCheckpoint(data, verifier)
	if err != nil {
		return fmt.Errorf("checkpoint: %v", err)
	}
	var from source = folder{path}
	if _, err := os.Stat(filepath.Join(path, "tile")); err == nil {
		from = tiles{path}
	}
	notes, err := checkpointNotes(filepath.Join(path, "checkpoints.ckpt"))
	if err != nil {
		return err
	}
	hashes, err := rehash(from, newest.N)
	if err != nil {
		return err
	}
	root, err := tlog.TreeHash(newest.N, hashes)
	if err != nil {
		return err
	}
	if root != newest.Hash {
		wrong("the root of all entries is not the checkpoint's")
	}
	if err := compareLevels(from, newest.N, hashes); err != nil {
		return err
	}
	proveInclusion(from, newest, hashes, proofs, seed)
	for number, data := range notes {
		older, err := openCheckpoint(data, verifier)
		if err != nil {
			wrong("checkpoint %d of checkpoints.ckpt: %v", number, err)
			continue
		}
		proveContinuation(from, older, newest, fmt.Sprintf("checkpoint %d", number))
	}
	for _, name := range trusted {
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		older, err := openCheckpoint(data, verifier)
		if err != nil {
			wrong("%s: %v", name, err)
			continue
		}
		proveContinuation(from, older, newest, name)
	}
	fmt.Printf("%s: %d entries, %d checkpoints, %d inclusion proofs, %d findings\n", verifier.Name(),
		newest.N, len(notes)+len(trusted), proofs, findings)
	return nil
}

func main() {
	var trusted list
	proofs := flag.Int("proofs", 200, "how many inclusion proofs to make and check")
	seed := flag.Int64("seed", 1, "of which entries")
	flag.Var(&trusted, "trusted", "a checkpoint that was kept; may be repeated")
	flag.Parse()
	if flag.NArg() != 1 {
		io.WriteString(os.Stderr, "usage: verify [-proofs N] [-seed N] [-trusted FILE]... FOLDER\n")
		os.Exit(2)
	}
	if err := check(flag.Arg(0), *proofs, *seed, trusted); err != nil {
		wrong("%v", err)
	}
	if findings > 0 {
		fmt.Printf("%d findings\n", findings)
		os.Exit(1)
	}
}
