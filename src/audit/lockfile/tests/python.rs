//! What is read of the lock files of Python.

use super::*;

#[test]
fn uv_says_where_each_package_is_from() {
    let (one, other) = (hex('a', 64), hex('b', 64));
    let of = |name: &str, source: &str| {
        format!("[[package]]\nname = \"{name}\"\nversion = \"1.0\"\nsource = {{ {source} }}\n\n")
    };
    let index = "registry = \"https://r.example/simple\"";
    let text = [
        "version = 1\nrevision = 3\nrequires-python = \">=3.10\"\n\n".to_owned(),
        of("a", index),
        format!("[[package]]\nname = \"b-c\"\nversion = \"2.0\"\nsource = {{ {index} }}\nsdist = {{ url = \"x\", hash = \"sha256:{one}\", size = 1 }}\nwheels = [\n  {{ url = \"y\", hash = \"sha256:{other}\" }},\n  {{ url = \"z\" }},\n]\n\n"),
        of("d", "registry = \"../dist\""),
        of("e", "git = \"https://g.example/e?rev=x#0123\""),
        of("f", "url = \"https://g.example/f.whl\""),
        of("g", "path = \"g.whl\""),
        of("h", "directory = \"h\""),
        "[[package]]\nname = \"root\"\nsource = { editable = \".\" }\n".to_owned(),
    ]
    .concat();
    insta::assert_snapshot!(told("uv.lock", &text), @r"
    pypi:a==1.0
    pypi:b-c==2.0 sha256 sha256
    - d 1.0 is from a directory of this machine
    - e 1.0 is from git, and not from an index
    - f 1.0 is from an address of its own, and not from an index
    - g 1.0 is a file of this machine, and not from an index
    - h 1.0 is a directory of this machine: check it where it lies
    - root is a directory of this machine: check it where it lies
    ");
    let older = "version = 1\n[[distribution]]\nname = \"a\"\n";
    assert_eq!(told("uv.lock", older), "?: it names no package");
    assert_eq!(
        told("uv.lock", "version = 2\n"),
        "?: its version is 2; 1 is known here"
    );
    let flag = format!("version = 1\n{}", of("--flag", index));
    assert_eq!(
        told("uv.lock", &flag),
        "2: `--flag` is no name of a package"
    );
}

#[test]
fn poetry_names_only_other_sources() {
    let sum = hex('a', 64);
    let of = |name: &str, kind: &str| {
        format!(
            "[[package]]\nname = \"{name}\"\nversion = \"1.0\"\nfiles = []\n[package.source]\ntype = \"{kind}\"\nurl = \"x\"\n\n"
        )
    };
    let text = [
        format!("[[package]]\nname = \"a\"\nversion = \"1.0\"\nfiles = [\n  {{file = \"a.whl\", hash = \"sha256:{sum}\"}},\n]\n\n"),
        "[[package]]\nname = \"B_c\"\nversion = \"1.0\"\n\n[[package]]\nname = \"o\"\nversion = \"1.0\"\n\n".to_owned(),
        of("l", "legacy"),
        of("g", "git"),
        of("u", "url"),
        of("f", "file"),
        of("d", "directory"),
        format!("[metadata]\nlock-version = \"2.0\"\n[metadata.files]\nb-c = [{{file = \"b\", hash = \"sha256:{sum}\"}}]\n[metadata.hashes]\no = [\"{sum}\"]\n"),
    ]
    .concat();
    insta::assert_snapshot!(told("poetry.lock", &text), @r"
    pypi:a==1.0 sha256
    pypi:B_c==1.0 sha256
    pypi:o==1.0 sha256
    pypi:l==1.0
    - g 1.0 is from a repository, and not from an index
    - u 1.0 is from an address of its own, and not from an index
    - f 1.0 is a file of this machine, and not from an index
    - d 1.0 is a directory of this machine: check it where it lies
    ");
    let other = format!("{}[metadata]\n", of("a", "ftp"));
    assert_eq!(
        told("poetry.lock", &other),
        "1: `a` is from a `ftp`, which is not known here"
    );
}

#[test]
fn pdm_has_an_entry_for_each_set_of_extras() {
    let sum = hex('a', 64);
    let text = format!(
        "[metadata]\nlock_version = \"4.5.0\"\ncontent_hash = \"x\"\n\n\
[[package]]\nname = \"a\"\nversion = \"1.0\"\nfiles = [\n  {{file = \"a.whl\", hash = \"sha256:{sum}\"}},\n]\n\n\
[[package]]\nname = \"a\"\nversion = \"1.0\"\nextras = [\"x\"]\n\n\
[[package]]\nname = \"g\"\nversion = \"1.0\"\ngit = \"https://g.example/g\"\nref = \"main\"\n\n\
[[package]]\nname = \"u\"\nversion = \"1.0\"\nurl = \"https://g.example/u.whl\"\n\n\
[[package]]\nname = \"d\"\nversion = \"1.0\"\npath = \"./d\"\neditable = true\n"
    );
    insta::assert_snapshot!(told("pdm.lock", &text), @r"
    pypi:a==1.0 sha256
    - g 1.0 is from a repository, and not from an index
    - u 1.0 is from an address of its own, and not from an index
    - d 1.0 is from a directory of this machine: check it where it lies
    ");
    assert_eq!(
        told("pdm.lock", "[[package]]\nname = \"a\"\n"),
        "1: `a` has no version"
    );
}

#[test]
fn pylock_is_the_standard() {
    let sum = hex('a', 64);
    let text = format!(
        "lock-version = \"1.0\"\ncreated-by = \"x\"\n\n\
[[packages]]\nname = \"a\"\nversion = \"1.0\"\nindex = \"https://r.example/simple\"\nsdist = {{ url = \"x\", hashes = {{ sha256 = \"{sum}\", md5 = \"x\" }} }}\nwheels = [{{ url = \"x\", hashes = {{ sha256 = \"{sum}\" }} }}]\n\n\
[[packages]]\nname = \"v\"\nvcs = {{ type = \"git\", url = \"x\", commit-id = \"0123\" }}\n\n\
[[packages]]\nname = \"d\"\ndirectory = {{ path = \".\" }}\n\n\
[[packages]]\nname = \"u\"\nversion = \"1.0\"\n[packages.archive]\nurl = \"x\"\nhashes = {{ sha256 = \"{sum}\" }}\n"
    );
    insta::assert_snapshot!(told("pylock.toml", &text), @r"
    pypi:a==1.0 sha256
    - v is from a repository, and not from an index
    - d is a directory of this machine: check it where it lies
    - u 1.0 is from an address of its own, and not from an index
    ");
    let newer = "lock-version = \"2.0\"\n";
    assert_eq!(
        told("pylock.toml", newer),
        "?: its lock-version is `2.0`; 1.0 is known here"
    );
}

#[test]
fn requirements_pin_releases() {
    let (sha256, sha512) = (hex('a', 64), hex('b', 128));
    let text = format!(
        "# comment\n--index-url https://u:secret@r.example/simple\n-f ./wheels\n\n\
a==1.0 \\\n    --hash=sha256:{sha256} \\\n    --hash sha512:{sha512}\n    # via b\n\
B.c[x, y] == 2.0 ; python_version < \"3.11\"  # why\n\
b-c==2.0 --hash=sha256:{sha256}\n\
d (===1.0)\n\
-e .\n\
e @ git+https://g.example/e\n\
f[x]@https://g.example/f.whl ; python_version < \"3\"\n\
https://u:secret@g.example/g.whl#sha256=0\n\
../local\n./h-1.0.whl\n"
    );
    insta::assert_snapshot!(told("requirements-dev.txt", &text), @r"
    pypi:a==1.0 sha256 sha512
    pypi:B.c==2.0 sha256
    pypi:d==1.0
    - --index-url is an option of pip, and names no package
    - -f is an option of pip, and names no package
    - . is a directory or repository, and not from an index
    - e is from a repository, and not from an index
    - f is from an address of its own, and not from an index
    - https://…@g.example/g.whl#sha256=0 is from an address of its own, and not from an index
    - ../local is a file or directory of this machine, and not from an index
    - ./h-1.0.whl is a file or directory of this machine, and not from an index
    ");
}

#[test]
fn what_is_not_pinned_is_an_error_with_its_line() {
    let unpinned = |what: &str| {
        format!("`{what}` is not pinned with `==`: which version would be installed is not known")
    };
    for (text, expected) in [
        ("a\n", format!("1: {}", unpinned("a"))),
        ("\na>=1\n", format!("2: {}", unpinned("a>=1"))),
        ("a==1.*\n", format!("1: {}", unpinned("a==1.*"))),
        ("a==1.0,<2\n", format!("1: {}", unpinned("a==1.0,<2"))),
        (
            "a~=1.0 ; x == 1\n",
            format!("1: {}", unpinned("a~=1.0 ; x == 1")),
        ),
        ("a==${V}\n", "1: `${V}` is no version".to_owned()),
        (
            "--flag\n",
            "1: `--flag` is no option that is known here".to_owned(),
        ),
        (
            "a==1 --flag\n",
            "1: `--flag` is no option that is known here".to_owned(),
        ),
        (
            "a==1 --hash=md5:0\n",
            "1: `md5:0` is no hash that can be compared; sha1, sha256, sha512 can".to_owned(),
        ),
        ("a[x==1\n", "1: `[x==1` has no end".to_owned()),
        (
            "-r https://g.example/r.txt\n",
            "1: `https://g.example/r.txt` is included from elsewhere, and not read: fetch it first"
                .to_owned(),
        ),
    ] {
        assert_eq!(told("requirements.txt", text), expected, "{text}");
    }
}
