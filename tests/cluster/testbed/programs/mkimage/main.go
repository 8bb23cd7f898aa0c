// Command mkimage writes a one-layer image archive ("docker save" form, which
// `ctr images import` reads) from local files: no registry, no daemon.
//
//	mkimage -name localhost/pause:1 -entrypoint /pause pause=/pause > pause.tar
//	mkimage … -user 1000:1000 -env HOME=/home/x -env LANG=C …
//
// Arguments are SOURCE=TARGET: a file or a directory here, and its place in the image.
// Times and owners are fixed, so the same files give the same image.
package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"time"
)

var epoch = time.Unix(0, 0)

func main() {
	name := flag.String("name", "", "image name with tag")
	entrypoint := flag.String("entrypoint", "", "entrypoint, space separated")
	user := flag.String("user", "", "user the image runs as")
	env := []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
	flag.Func("env", "NAME=value, may be repeated", func(s string) error { env = append(env, s); return nil })
	flag.Parse()
	if err := run(os.Stdout, *name, *entrypoint, *user, env, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "mkimage:", err)
		os.Exit(1)
	}
}

func run(w io.Writer, name, entrypoint, user string, env, args []string) error {
	if name == "" || len(args) == 0 {
		return fmt.Errorf("usage: mkimage -name NAME [-entrypoint CMD] SOURCE=TARGET... > FILE")
	}
	files := map[string]string{} // target -> source ("" for a directory)
	dirs := func(target string) {
		for d := path.Dir(target); d != "/" && d != "."; d = path.Dir(d) {
			if _, ok := files[d]; !ok {
				files[d] = ""
			}
		}
	}
	for _, a := range args {
		source, target, ok := strings.Cut(a, "=")
		if !ok {
			return fmt.Errorf("%q: want SOURCE=TARGET", a)
		}
		err := filepath.WalkDir(source, func(p string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(source, p)
			if err != nil {
				return err
			}
			t := path.Join("/", target, filepath.ToSlash(rel))
			if t == "/" {
				return nil
			}
			dirs(t)
			if d.IsDir() {
				files[t] = ""
			} else {
				files[t] = p
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	targets := make([]string, 0, len(files))
	for t := range files {
		targets = append(targets, t)
	}
	sort.Strings(targets)

	var layer bytes.Buffer
	tw := tar.NewWriter(&layer)
	for _, t := range targets {
		h := &tar.Header{Name: strings.TrimPrefix(t, "/"), ModTime: epoch}
		src := files[t]
		if src == "" {
			h.Typeflag, h.Mode, h.Name = tar.TypeDir, 0o755, h.Name+"/"
			if t == "/tmp" {
				h.Mode = 0o1777
			}
			if err := tw.WriteHeader(h); err != nil {
				return err
			}
			continue
		}
		info, err := os.Lstat(src)
		if err != nil {
			return err
		}
		if info.Mode()&fs.ModeSymlink != 0 {
			h.Typeflag, h.Mode = tar.TypeSymlink, 0o777
			if h.Linkname, err = os.Readlink(src); err != nil {
				return err
			}
			if err := tw.WriteHeader(h); err != nil {
				return err
			}
			continue
		}
		if !info.Mode().IsRegular() {
			continue
		}
		h.Typeflag, h.Mode, h.Size = tar.TypeReg, int64(info.Mode().Perm()), info.Size()
		if err := tw.WriteHeader(h); err != nil {
			return err
		}
		f, err := os.Open(src)
		if err != nil {
			return err
		}
		_, err = io.Copy(tw, f)
		f.Close()
		if err != nil {
			return err
		}
	}
	if err := tw.Close(); err != nil {
		return err
	}
	sum := func(b []byte) string { s := sha256.Sum256(b); return hex.EncodeToString(s[:]) }
	diff := sum(layer.Bytes())

	config := map[string]any{
		"architecture": runtime.GOARCH, "os": "linux", "created": "1970-01-01T00:00:00Z",
		"config": map[string]any{"Entrypoint": strings.Fields(entrypoint), "User": user,
			"Env": env, "WorkingDir": "/"},
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{"sha256:" + diff}},
	}
	configJSON, err := json.Marshal(config)
	if err != nil {
		return err
	}
	configName, layerName := sum(configJSON)+".json", diff+"/layer.tar"
	manifest, err := json.Marshal([]map[string]any{{"Config": configName, "RepoTags": []string{name}, "Layers": []string{layerName}}})
	if err != nil {
		return err
	}
	out := tar.NewWriter(w)
	for _, e := range []struct {
		name string
		data []byte
	}{{configName, configJSON}, {layerName, layer.Bytes()}, {"manifest.json", manifest}} {
		if err := out.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: e.name, Mode: 0o644, Size: int64(len(e.data)), ModTime: epoch}); err != nil {
			return err
		}
		if _, err := out.Write(e.data); err != nil {
			return err
		}
	}
	return out.Close()
}
