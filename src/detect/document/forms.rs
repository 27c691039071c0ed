//! The table of documents: what each is, and the keys that it has.

pub(super) const EVALUATION: &str = "document:evaluation";
pub(super) const GRADER: &str = "document:grader";
pub(super) const GUARDRAIL: &str = "document:guardrail";
const MODEL: &str = "document:model";
pub(super) const REWARD: &str = "document:reward";
const SERVING: &str = "document:serving";
const STATE: &str = "document:training-state";
const TOKENIZER: &str = "document:tokenizer";
const TRAINING: &str = "document:training";
pub(super) const TRANSCRIPT: &str = "document:transcript";
pub(in crate::detect) const KINDS: &[&str] = &[
    EVALUATION, GRADER, GUARDRAIL, MODEL, REWARD, SERVING, STATE, TOKENIZER, TRAINING, TRANSCRIPT,
];

/// A document that has all of some keys, of which the first is the rarest and stands near the beginning, and
/// one of others.
pub(super) struct Form {
    pub(super) kind: &'static str,
    pub(super) what: &'static str,
    pub(super) all: &'static [&'static str],
    pub(super) any: &'static [&'static str],
}

/// The first that fits counts.
pub(super) const FORMS: &[Form] = &[
    // <https://www.deepspeed.ai/docs/config-json/>
    Form {
        kind: TRAINING,
        what: "a configuration of DeepSpeed",
        all: &["zero_optimization"],
        any: &[
            "train_batch_size",
            "train_micro_batch_size_per_gpu",
            "gradient_accumulation_steps",
            "fp16",
            "bf16",
            "optimizer",
        ],
    },
    // <https://huggingface.co/docs/accelerate/package_reference/cli>
    Form {
        kind: TRAINING,
        what: "a configuration of Accelerate",
        all: &["compute_environment", "distributed_type"],
        any: &[],
    },
    // <https://docs.axolotl.ai/docs/config-reference.html>
    Form {
        kind: TRAINING,
        what: "a configuration of Axolotl",
        all: &["base_model", "datasets"],
        any: &[
            "adapter",
            "sequence_len",
            "micro_batch_size",
            "num_epochs",
            "val_set_size",
        ],
    },
    // <https://llamafactory.readthedocs.io/>
    Form {
        kind: TRAINING,
        what: "a configuration of LLaMA-Factory",
        all: &["model_name_or_path", "finetuning_type"],
        any: &[],
    },
    // <https://huggingface.co/docs/trl/clis>
    Form {
        kind: TRAINING,
        what: "a configuration of TRL",
        all: &["model_name_or_path", "per_device_train_batch_size"],
        any: &["dataset_name", "dataset_mixer", "datasets", "learning_rate"],
    },
    // <https://docs.pytorch.org/torchtune/stable/deep_dives/configs.html>
    Form {
        kind: TRAINING,
        what: "a recipe of torchtune",
        all: &["checkpointer", "tokenizer", "dataset", "model"],
        any: &[],
    },
    // <https://docs.mosaicml.com/projects/composer/>, LLM Foundry
    Form {
        kind: TRAINING,
        what: "a configuration of LLM Foundry",
        all: &["max_duration", "train_loader"],
        any: &["model", "optimizer", "fsdp_config"],
    },
    // <https://huggingface.co/docs/transformers/main_classes/callback#transformers.TrainerState>
    Form {
        kind: STATE,
        what: "the state of a training run",
        all: &["global_step", "log_history"],
        any: &["best_metric", "epoch", "max_steps", "is_world_process_zero"],
    },
    // <https://docs.litellm.ai/docs/proxy/configs>
    Form {
        kind: SERVING,
        what: "a configuration of the LiteLLM proxy",
        all: &["model_list"],
        any: &["litellm_settings", "general_settings", "router_settings"],
    },
    // <https://www.promptfoo.dev/docs/configuration/reference/>
    Form {
        kind: EVALUATION,
        what: "an evaluation of promptfoo",
        all: &["prompts"],
        any: &[
            "providers",
            "targets",
            "defaultTest",
            "evaluateOptions",
            "redteam",
        ],
    },
    Form {
        kind: EVALUATION,
        what: "a red team of promptfoo",
        all: &["redteam", "targets"],
        any: &[],
    },
    // <https://github.com/EleutherAI/lm-evaluation-harness/blob/main/docs/task_guide.md>
    Form {
        kind: EVALUATION,
        what: "a task of lm-evaluation-harness",
        all: &["doc_to_text", "task"],
        any: &[],
    },
    // <https://inspect.aisi.org.uk/eval-logs.html>
    Form {
        kind: EVALUATION,
        what: "a log of Inspect",
        all: &["plan", "eval", "samples"],
        any: &["results", "stats", "status"],
    },
    // <https://docs.nvidia.com/nemo/guardrails/>
    Form {
        kind: GUARDRAIL,
        what: "a policy of NeMo Guardrails",
        all: &["rails"],
        any: &[
            "models",
            "instructions",
            "sample_conversation",
            "colang_version",
        ],
    },
    // <https://docs.litellm.ai/docs/proxy/guardrails/quick_start>
    Form {
        kind: GUARDRAIL,
        what: "guardrails of the LiteLLM proxy",
        all: &["guardrails", "model_list"],
        any: &[],
    },
    // <https://huggingface.co/docs/transformers/main_classes/configuration>
    Form {
        kind: MODEL,
        what: "the architecture of a model",
        all: &["architectures", "model_type"],
        any: &[
            "hidden_size",
            "vocab_size",
            "num_hidden_layers",
            "n_layer",
            "d_model",
            "transformers_version",
        ],
    },
    // <https://huggingface.co/docs/tokenizers/api/tokenizer>
    Form {
        kind: TOKENIZER,
        what: "a tokenizer with its vocabulary",
        all: &["added_tokens", "normalizer", "pre_tokenizer", "model"],
        any: &[],
    },
    // Gemini CLI, and what was made from it.
    Form {
        kind: TRANSCRIPT,
        what: "a conversation with a coding agent",
        all: &["projectHash", "sessionId", "messages"],
        any: &[],
    },
    // GitHub Copilot Chat.
    Form {
        kind: TRANSCRIPT,
        what: "a conversation with a coding agent",
        all: &["requesterUsername", "responderUsername", "requests"],
        any: &[],
    },
];
