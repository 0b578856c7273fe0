package servers

import (
	"archive/zip"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
)

// webXML is understood by servers of javax and of jakarta.
const webXML = `<web-app xmlns="http://xmlns.jcp.org/xml/ns/javaee" version="3.1"/>` + "\n"

// War writes a small web application below the layout's folder: a page, and nothing that depends on the server's version. more are pairs of name and
// content.
func (p Place) War(name, page string, more ...[2]string) error {
	entries := [][2]string{{"META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n\n"}, {"index.html", "<html><body>" + page + "</body></html>\n"}, {"WEB-INF/web.xml", webXML}}
	return p.zip(name, append(entries, more...))
}

// Folder writes the same web application unpacked.
func (p Place) Folder(name, page string) error {
	return firstError(p.Write(filepath.Join(name, "index.html"), "<html><body>"+page+"</body></html>\n"), p.Write(filepath.Join(name, "WEB-INF/web.xml"), webXML))
}

// Ear writes an enterprise archive with one web module, web.war, which answers at context.
func (p Place) Ear(name, page, context string) error {
	inner := name + ".war"
	if err := p.War(inner, page); err != nil {
		return err
	}
	war, err := os.ReadFile(p.Path(inner))
	if err != nil {
		return err
	}
	descriptor := fmt.Sprintf(`<application xmlns="https://jakarta.ee/xml/ns/jakartaee" version="9">
  <module><web><web-uri>web.war</web-uri><context-root>%s</context-root></web></module>
</application>
`, context)
	return errors.Join(p.zip(name, [][2]string{{"META-INF/application.xml", descriptor}, {"web.war", string(war)}}), os.Remove(p.Path(inner)))
}

func (p Place) zip(name string, entries [][2]string) error {
	file := p.Path(name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	z := zip.NewWriter(out)
	for _, entry := range entries {
		// Stored, so that the bytes are the same whatever compresses, with the sizes in front, as java.util.zip.ZipInputStream demands of stored entries.
		size := uint64(len(entry[1]))
		w, err := z.CreateRaw(&zip.FileHeader{Name: entry[0], CRC32: crc32.ChecksumIEEE([]byte(entry[1])), CompressedSize64: size, UncompressedSize64: size})
		if err != nil {
			return errors.Join(err, out.Close())
		}
		if _, err := w.Write([]byte(entry[1])); err != nil {
			return errors.Join(err, out.Close())
		}
	}
	return errors.Join(z.Close(), out.Close())
}
