//! Names of people in files that programs write, as these programs write them.

#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

mod support;

use std::process::Command;

use support::{check::findings, zip::ZipBuilder};

/// The rules met in a package with these files, and where.
fn found(files: &[(&str, &[u8])]) -> Vec<(String, String)> {
    let text = |finding: &serde_json::Value, key: &str| finding[key].as_str().unwrap().to_owned();
    findings(files)
        .iter()
        .map(|finding| (text(finding, "rule"), text(finding, "evidence")))
        .collect()
}

/// A module with a function and a class, compiled by the Python there is.
#[test]
fn a_module_that_python_has_compiled_names_its_directory() {
    let script = "import marshal, sys, importlib.util as u\n\
        source = 'def f(x: int = 1.5):\\n  return {x, (1, None, 2**70)}\\nclass C:\\n  y = [f\"{f(3)}\", b\"z\", 1j]\\n'\n\
        code = marshal.dumps(compile(source, sys.argv[1], 'exec'))\n\
        sys.stdout.buffer.write(u.MAGIC_NUMBER + bytes(12) + code)";
    let compile = |name: &str| {
        let output = Command::new("python3").args(["-c", script, name]).output();
        output.ok().filter(|output| output.status.success())
    };
    let Some(module) = compile("/home/ann/src/helix/a.py") else {
        return;
    };
    let met = (
        "bytecode-path".to_owned(),
        "/home/ann/src/helix/a.py".to_owned(),
    );
    let all = found(&[("package/a.pyc", &module.stdout)]);
    assert!(all.contains(&met), "{all:?}");
    let module = compile("/home/runner/work/helix/a.py").unwrap();
    let all = found(&[("package/a.pyc", &module.stdout)]);
    assert!(
        all.iter().all(|(rule, _)| rule != "bytecode-path"),
        "{all:?}"
    );
}

#[test]
fn a_document_names_who_saved_it() {
    let document = ZipBuilder::new()
        .file("[Content_Types].xml", b"<Types/>")
        .file(
            "docProps/core.xml",
            b"<cp:coreProperties><dc:creator>Ann Lee</dc:creator></cp:coreProperties>",
        )
        .file(
            "docProps/app.xml",
            b"<Properties><Company>Helix</Company></Properties>",
        )
        .build();
    let met: Vec<_> = found(&[("package/docs/plan.docx", &document)])
        .into_iter()
        .filter(|(rule, _)| rule == "document-author")
        .map(|(_, evidence)| evidence)
        .collect();
    assert_eq!(met, ["<Company>Helix</", "<dc:creator>Ann Lee</"]);
}
