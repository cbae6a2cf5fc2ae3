package publish

import (
	"encoding/binary"
	"os"
	"ownwords/generator/fileprint"
)

// index remembers the prints of the published tree and of the mirror, which
// hold the same list. It stands outside the site because it differs from
// machine to machine.
type index struct {
	sum            Digest // of the list
	public, mirror prints
}

const indexHead = "ownwords index 1\n"

// fits reports whether prints are for this list.
func (x *index) fits(list *manifest, p prints) bool {
	return x.sum == list.sum && len(p.files) == len(list.paths) && len(p.folders) == len(list.folders)
}

// readIndex returns nil for an index that isn't there or isn't whole: everything
// is then looked at afresh.
func readIndex(name string) *index {
	data, err := os.ReadFile(name)
	if err != nil || len(data) < len(indexHead)+2*len(Digest{}) || string(data[:len(indexHead)]) != indexHead {
		return nil
	}
	body, check := data[:len(data)-len(Digest{})], Digest(data[len(data)-len(Digest{}):])
	if DigestOf(body) != check {
		return nil
	}
	body = body[len(indexHead):]
	x := &index{sum: Digest(body[:len(Digest{})])}
	body = body[len(Digest{}):]
	for _, to := range []*[]fileprint.Print{&x.public.files, &x.public.folders, &x.mirror.files, &x.mirror.folders} {
		if len(body) < 8 {
			return nil
		}
		n := int(binary.LittleEndian.Uint64(body))
		body = body[8:]
		if n < 0 || n > len(body)/32 {
			return nil
		}
		*to = make([]fileprint.Print, n)
		for i := range *to {
			b := body[32*i:]
			(*to)[i] = fileprint.Print{
				Inode: binary.LittleEndian.Uint64(b), Size: int64(binary.LittleEndian.Uint64(b[8:])),
				Modified: int64(binary.LittleEndian.Uint64(b[16:])), Changed: int64(binary.LittleEndian.Uint64(b[24:])),
			}
		}
		body = body[32*n:]
	}
	return x
}

// write replaces the index in one step.
func (x *index) write(name string) error {
	n := len(x.public.files) + len(x.public.folders) + len(x.mirror.files) + len(x.mirror.folders)
	data := make([]byte, 0, len(indexHead)+32*n+96)
	data = append(append(data, indexHead...), x.sum[:]...)
	for _, from := range [][]fileprint.Print{x.public.files, x.public.folders, x.mirror.files, x.mirror.folders} {
		data = binary.LittleEndian.AppendUint64(data, uint64(len(from)))
		for _, p := range from {
			data = binary.LittleEndian.AppendUint64(data, p.Inode)
			data = binary.LittleEndian.AppendUint64(data, uint64(p.Size))
			data = binary.LittleEndian.AppendUint64(data, uint64(p.Modified))
			data = binary.LittleEndian.AppendUint64(data, uint64(p.Changed))
		}
	}
	check := DigestOf(data)
	if err := os.WriteFile(name+".new", append(data, check[:]...), 0o644); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}
