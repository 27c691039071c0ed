//! Secrets that their makers publish themselves: emulators' keys, test accounts, keys that come with libraries.
//!
//! Known by their SHA-256, so that nothing here looks like a secret: of the text, or of a private key's DER. Only
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
        "a key of nghttp2's examples",
        &[
            "33af504f811b791fcbf35294029833e6e02387f86a89467d8139eddc6843b44f",
            "fe7079dd3f6d3ad0d1b441ace5fc2c0e801de83ad9d94bc3681a99712204714d",
            "1124b2294649005e1401598f6d80cc0eb42db18dc5e74e2f066a9a0204143543",
        ],
    ),
    (
        "a key of moto's authority for tests",
        &[
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
