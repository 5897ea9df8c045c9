package io.llamaorch.adapter.tck.internal.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The JSON of the server of today, member by member in its order.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class LlamaShapes {
    private final EngineState engine;

    LlamaShapes(EngineState engine) {
        this.engine = engine;
    }

    /** An error as most answers show it. */
    static Map<String, Object> envelope(EngineError error) {
        Map<String, Object> inner =
                Json.object("code", error.status(), "message", error.message(), "type", error.type());
        inner.putAll(error.more());
        return Json.object("error", inner);
    }

    /** An error as those answers show it that are given before any route is looked for. */
    static Map<String, Object> earlyEnvelope(String message, String type, int code) {
        return Json.object("error", Json.object("message", message, "type", type, "code", code));
    }

    Map<String, Object> props() {
        EngineOptions options = engine.options();
        return Json.object(
                "default_generation_settings",
                Json.object("params", Settings.defaults().brief(), "n_ctx", options.contextSize()),
                "total_slots",
                options.slots(),
                "model_alias",
                options.modelAlias(),
                "model_ftype",
                "all F32",
                "model_path",
                options.modelPath(),
                "modalities",
                Json.object("vision", false, "video", false, "audio", false),
                "media_marker",
                "<__media_scripted__>",
                "endpoint_slots",
                true,
                "endpoint_props",
                false,
                "endpoint_metrics",
                engine.options().measures(),
                "ui",
                false,
                "ui_settings",
                Json.object(),
                "chat_template",
                ChatTemplate.SOURCE,
                "chat_template_caps",
                Json.object(
                        "supports_object_arguments", false,
                        "supports_parallel_tool_calls", false,
                        "supports_preserve_reasoning", false,
                        "supports_reasoning_effort", false,
                        "supports_string_content", true,
                        "supports_system_role", true,
                        "supports_tool_calls", false,
                        "supports_tools", false,
                        "supports_typed_content", false),
                "bos_token",
                "<s>",
                "eos_token",
                "</s>",
                "build_info",
                EngineOptions.BUILD_INFO,
                "is_sleeping",
                engine.sleeping(),
                "cors_proxy_enabled",
                false);
    }

    Map<String, Object> models() {
        EngineOptions options = engine.options();
        String name = options.modelAlias();
        int words = engine.model().vocabulary().size();
        Map<String, Object> model = Json.object(
                "name",
                name,
                "model",
                name,
                "modified_at",
                "",
                "size",
                "",
                "digest",
                "",
                "type",
                "model",
                "description",
                "",
                "tags",
                List.of(""),
                "capabilities",
                List.of("completion"),
                "parameters",
                "",
                "details",
                Json.object(
                        "parent_model",
                        "",
                        "format",
                        "gguf",
                        "family",
                        "",
                        "families",
                        List.of(""),
                        "parameter_size",
                        "",
                        "quantization_level",
                        ""));
        Map<String, Object> data = Json.object(
                "id",
                name,
                "aliases",
                List.of(name),
                "tags",
                List.of(),
                "object",
                "model",
                "architecture",
                Json.object("input_modalities", List.of("text"), "output_modalities", List.of("text")),
                "created",
                System.currentTimeMillis() / 1000,
                "owned_by",
                "llamacpp",
                "meta",
                Json.object(
                        "vocab_type",
                        1,
                        "n_vocab",
                        words,
                        "n_ctx",
                        options.contextSize(),
                        "n_ctx_train",
                        options.contextSize(),
                        "n_embd",
                        words,
                        "n_params",
                        (long) words * words,
                        "size",
                        4L * words * words,
                        "ftype",
                        "all F32"));
        return Json.object("models", List.of(model), "object", "list", "data", List.of(data));
    }

    List<Object> slots() {
        List<Object> all = new ArrayList<>();
        for (Slot slot : engine.slots().slots()) {
            boolean busy = engine.slots().isBusy(slot);
            Map<String, Object> shown = Json.object(
                    "id",
                    slot.id(),
                    "n_ctx",
                    engine.options().contextSize(),
                    "speculative",
                    false,
                    "is_processing",
                    busy);
            Slot.View view = slot.view();
            if (view.used()) {
                shown.put("id_task", view.task());
                shown.put(
                        "n_prompt_tokens",
                        busy
                                ? view.promptTokens() + view.decoded()
                                : slot.cache().size());
                shown.put("n_prompt_tokens_processed", busy ? view.evaluated() : 0);
                shown.put("n_prompt_tokens_cache", busy ? view.cached() : 0);
                shown.put("params", view.params());
                shown.put(
                        "next_token",
                        List.of(Json.object(
                                "has_next_token",
                                view.more(),
                                "has_new_line",
                                view.newline(),
                                "n_remain",
                                view.remain(),
                                "n_decoded",
                                view.decoded())));
            }
            all.add(shown);
        }
        return all;
    }
}
