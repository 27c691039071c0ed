//! Which of several artifacts is to be compared with one.

use crate::model::ArtifactInfo;

/// The index of the artifact of the same format that is most like this one, if there is any: of the same
/// name, and of wheels the one whose file name ends in the same way, which is their platform.
pub fn likest<'a>(
    artifact: &ArtifactInfo,
    others: impl Iterator<Item = &'a ArtifactInfo>,
) -> Option<usize> {
    let same = others
        .enumerate()
        .filter(|(_, other)| other.format == artifact.format);
    let score = |other: &ArtifactInfo| {
        let is_namesake = other.name == artifact.name;
        (is_namesake, common_end(&artifact.path, &other.path))
    };
    // Of equals the first.
    let scored = same.map(|(index, other)| (score(other), std::cmp::Reverse(index)));
    scored.max().map(|(_, index)| index.0)
}

/// The index of the file of a release that is most like one of this name, if there is any: a wheel for a wheel.
pub fn likest_file<'a>(name: &str, others: impl Iterator<Item = &'a str>) -> Option<usize> {
    let is_wheel = |name: &str| name.ends_with(".whl");
    let same = others
        .enumerate()
        .filter(|(_, other)| is_wheel(other) == is_wheel(name));
    let scored = same.map(|(index, other)| (common_end(name, other), std::cmp::Reverse(index)));
    scored.max().map(|(_, index)| index.0)
}

fn common_end(one: &str, other: &str) -> usize {
    let pairs = one.bytes().rev().zip(other.bytes().rev());
    pairs.take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use super::likest_file;

    #[test]
    fn a_wheel_is_compared_with_that_of_its_platform() {
        let files = [
            "acme-1.0.tar.gz",
            "acme-1.0-cp311-cp311-win_amd64.whl",
            "acme-1.0-cp311-cp311-manylinux_2_17_x86_64.whl",
            "acme-1.0-cp312-cp312-manylinux_2_17_x86_64.whl",
        ];
        for (name, expected) in [
            ("acme-1.1-cp312-cp312-manylinux_2_17_x86_64.whl", Some(3)),
            ("acme-1.1-cp313-cp313-win_amd64.whl", Some(1)),
            ("acme-1.1.tar.gz", Some(0)),
        ] {
            assert_eq!(likest_file(name, files.into_iter()), expected, "{name}");
        }
        assert_eq!(
            likest_file("acme-1.1.tar.gz", files[1..].iter().copied()),
            None
        );
    }
}
