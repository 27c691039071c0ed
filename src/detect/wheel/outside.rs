//! What a wheel puts outside `site-packages`, and what only installers should write.

use super::{DATA_FILE, DIRECT_URL, detection, grouped, in_data, is_metadata};
use crate::{
    detect::{Detection, Facts},
    model::{counted, escape},
};

/// Tells each directory of `NAME-VERSION.data` that is not a part of `site-packages` once, and
/// `direct_url.json`.
pub(super) fn check(facts: &Facts, out: &mut dyn FnMut(Detection)) {
    let directories = grouped(&facts.wheel_files, |path| {
        let (directory, kind, _) = in_data(path)?;
        (!matches!(kind, "purelib" | "platlib")).then_some((directory, kind))
    });
    for ((directory, kind), (first, count)) in directories {
        let message = format!(
            "would be installed outside `site-packages`, as `{}` ({})",
            escape(kind),
            counted(count, "file")
        );
        let evidence = format!("{directory}/{kind}");
        out(detection(DATA_FILE, first, None, message, &evidence));
    }
    for path in &facts.wheel_files {
        if is_metadata(path, "direct_url.json") {
            let message = "says that the wheel was made from an installation".to_owned();
            out(detection(DIRECT_URL, path, None, message, path.file_name()));
        }
    }
}
