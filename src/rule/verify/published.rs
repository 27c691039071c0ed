//! Secrets that their makers publish themselves: emulators' keys, test accounts, keys that come with libraries.
//!
//! Known by their SHA-256, so that nothing here looks like a secret: of the text, of a private key's DER, or of the private
//! part of a JSON Web Key. Only
//! what stands in the maker's own repository or documentation belongs here, for everybody to read.

use crate::model::Sha256;

/// What they are, and what they are hashed to.
const PUBLISHED: &[(&str, &[&str])] = &[
    (
        "the key of every Azure Storage emulator",
        &["0011cc25eb4320717494d2703e8cba85743e71b500283c21c8b88147992f9059"],
    ),
    (
        "the key of every Azure Cosmos DB emulator",
        &["aa6547439583c3a275d4542a0df6c1ad6a863971be9f2a2220f027cc02aef615"],
    ),
    (
        "an account of every local chain for tests (Hardhat, Anvil)",
        &[
            "bc1a50966c9e6486bc4ebf880b51611a2a97fcb8e7a6976e9b81a9e3e8ca0e3c",
            "8335c55334821eefd4334369ff9c04a8594f161013cf9d87f58802d87297837e",
            "b26ab6529d20ebebb4192256f202984754f785481c64b1a1aed58cac93b3617e",
            "64034b44c579b335ab5e85debbfe72789e970138cc8d296799c3833a2a8525fb",
            "4d3e46eec8244d1d106f866ee48994f6176705298aee1b8426b2ad2529eb454b",
            "0aedba9d586f34f95cf1f0d54926f62e8a078ce2ca593be73ab27a87d3ff9c5d",
            "28e543d3753fc9d14c658ebef20b76a3b5f8e7d78667baf27832ceb3bea01bdf",
            "f070994a8599478580678f2b9482c5f02bb3de0647281e8efae183669425808a",
            "38e69fdd19aefeb4adf56312f10e62c30274997835173c7006308323ad7db506",
            "967f21586cdf1248a862f2cfb330099701c942c2c7a7537c54f7ec48f8556505",
        ],
    ),
    (
        "a key of RFC 9500, made for tests",
        &[
            "152abe484b6f0aa434d0127c2cdc3fba48b95384a6e0f45704598c183fc79397",
            "a8f4c40bb82e320a20b896149384b99dbfe46ac7eb229c0991ab86e9810e9bc5",
        ],
    ),
    (
        "a key of RFC 8410, an example",
        &["78f1cd2051065b209431249093f218b0e01a5fd0b9e756db820d4893d9dbbf55"],
    ),
    (
        "a key of the standards on JSON Web Keys (RFC 7515, 7516, 7517, 7520, 8037), an example",
        &[
            "a45404ae333dd955dcff82cf28972e0f81b1e673cb70e2fc2d7d0d4c42a893bc",
            "2e4ff57e9c832edab47dcc5a7ba5ef544a7c42b526248e088a8ae374d3c19677",
            "deeda324b508f83b25fa926ca22c040924ab6e85450e1cfe7133596d8b600b7f",
            "190edf59d5736c3b3ea6bb36d57f5eb415a9b79f3201b381b8f3cb089135981f",
            "ecaa6793a6374193dea5b273e7948faf02afef87add8f5aa2dd46fbbb2749a85",
            "5ccf2edb4f070f0b180f1adadb1be7c568d04181e7938433c4503db2d2bf8b3e",
            "f8123081a22e5c009615a2458e0cdf1553d2238af9a04fa23cabb83502d4176f",
            "dd663fe0ef531be224afc34d3a869b26a90de29070533c7a23f5a04f6b3b07d4",
            "f05bc60099e0ea1ae228110ca033fe4824e3ac885b23ec77e99e22346e667341",
            "243cd6766dfc55feb19c57a662e8e712c0a37e6c44a00467255e0b4ac21182b7",
            "92a7d7ea52e43e7051a891902253e914208d166249aa7cda741739912c59de61",
            "e0fa8ed1bbd209fd0d266a04bddebfaa46b4b7ab623dc326aad3ebc2570ac983",
            "2677a14a465f8bf0f2f2f372f5870a097a4d13814aa68868e0467b27b3c641cf",
            "44e6c89ad9f1cbaf6aeb4062c5f2838879206dfe03f2b4ecf61db9cedd27a86e",
            "79bd8cb5ce94f16b65a975159d6546a3e46ce0aff662cfba61a8f65c61c92b29",
        ],
    ),
    (
        "a key of nghttp2's examples",
        &[
            "33af504f811b791fcbf35294029833e6e02387f86a89467d8139eddc6843b44f",
            "fe7079dd3f6d3ad0d1b441ace5fc2c0e801de83ad9d94bc3681a99712204714d",
            "1124b2294649005e1401598f6d80cc0eb42db18dc5e74e2f066a9a0204143543",
        ],
    ),
    (
        "a key that moto signs with in tests",
        &[
            "4b0d62c52f608703c22d0d78562cf2230485db15347179d6185c771befca3c74",
            "5d0b7e7bbb03d7bf290c7857ec9aa3ae9547e0d8b18199cd5dec8c40fd96602f",
            "492e9dcc8cadbe000392b8c0b1cc45ed34576740d3aecdebcf9152508e48caf1",
        ],
    ),
    (
        "in an example of AWS's documentation",
        &[
            "05b9f5d960901639fef471f294de3e654936487c91e5f9cd019b24dc48ad7984",
            "04fba2c05f91ad4be0d4459fdd0899910cfd97bf564bbfe45c5f42f23f43b857",
        ],
    ),
    (
        "the token of transformers' account for tests",
        &["5de261506c0ff857b7c1af7059f842fb0a36d1ca2e4895da542c5eb726f2c802"],
    ),
    (
        "a key in the examples of Cloudflare's documentation",
        &["514556accc153dc93694cac9284c22733e268a7f625d9e947cb32720597d0195"],
    ),
    (
        "Vagrant's key, which new boxes replace when they start",
        &["56fb5326a1d72a4080d4870034ecac85b4ae1159f84b9bc458d46327083921e0"],
    ),
];

/// Why the value is no secret, if everybody can read it elsewhere.
pub(in crate::rule) fn doubt(value: &[u8]) -> Option<&'static str> {
    let hash = Sha256::of(value).to_string();
    let mut published = PUBLISHED.iter();
    let (what, _) = published.find(|(_, hashes)| hashes.contains(&hash.as_str()))?;
    Some(what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_can_read_is_known() {
        // The first account of Hardhat and Anvil.
        let halves = [
            "ac0974bec39a17e36ba4a6b4d238ff94",
            "4bacb478cbed5efcae784d7bf4f2ff80",
        ];
        assert!(doubt(halves.concat().as_bytes()).is_some());
        assert_eq!(doubt(halves[0].as_bytes()), None);
        let mut hashes = PUBLISHED.iter().flat_map(|(_, hashes)| *hashes);
        assert!(hashes.all(|hash| hash.parse::<Sha256>().is_ok()));
    }
}
