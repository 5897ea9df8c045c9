package io.llamaorch.adapter.tck.internal.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * llama-server of 2024, as far as it differs in what an adapter could notice. Its generation settings are those of
 * today.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class Llama2024Dialect implements Dialect {
    private static final Set<String> LOCKED = Set.of(
            "/props",
            "/completion",
            "/completions",
            "/v1/chat/completions",
            "/chat/completions",
            "/tokenize",
            "/detokenize",
            "/embedding",
            "/embeddings");

    /** What this server does not know, and so ignores. */
    private static final Set<String> UNKNOWN =
            Set.of("response_fields", "return_progress", "timings_per_token", "n", "n_cmpl", "post_sampling_probs");

    /** The three lines of a metric that came later. */
    private static final Pattern LATER = Pattern.compile("# HELP llamacpp:(\\w+_cached_total|spec_\\w+|n_decode_total"
            + "|n_tokens_max|n_busy_slots_per_decode) .*\\n.*\\n.*\\n");

    private final EngineState engine;
    private final Completions completions;
    private final LlamaShapes shapes;
    private final Routes routes;

    Llama2024Dialect(EngineState engine) {
        this.engine = engine;
        this.completions = new Completions(engine);
        this.shapes = new LlamaShapes(engine);
        Tokenization tokens = new Tokenization(engine.model().vocabulary());
        Embeddings embeddings = new Embeddings(engine);
        this.routes = new Routes(engine, LOCKED::contains)
                .get("/health", this::health)
                .get("/props", call -> Reply.json(200, props()))
                .get("/v1/models", call -> Reply.json(200, models()))
                .get("/slots", this::slots)
                .get("/metrics", call -> Reply.text(200, "text/plain; version=0.0.4", metrics()))
                .post("/completion", this::completion)
                .post("/completions", this::completion)
                .post("/v1/chat/completions", this::chat)
                .post("/chat/completions", this::chat)
                .post("/tokenize", call -> tokens.tokenize(fields(call)))
                .post("/detokenize", call -> tokens.detokenize(fields(call)))
                .post("/embedding", call -> embeddings.in2024(fields(call)))
                .post("/embeddings", call -> embeddings.in2024(fields(call)));
    }

    @Override
    public Reply answer(Call call) {
        return routes.answer(call);
    }

    /** What is no JSON is this server's own failure. */
    private Fields fields(Call call) {
        try {
            return Fields.of(call.body()).without(engine.options().deafTo()).forgiving();
        } catch (EngineError e) {
            throw new EngineError(500, e.message(), "server_error");
        }
    }

    private Reply completion(Call call) {
        return completion(call, in -> {
            String slotName = in.members().containsKey("slot_id") ? "slot_id" : "id_slot";
            return new Completions.Order(
                    CompletionRequest.read(today(in, slotName), engine), new Llama2024Speech(engine, slotName), false);
        });
    }

    private Reply chat(Call call) {
        return completion(call, in -> {
            Map<String, Object> members = new LinkedHashMap<>(in.members());
            members.put("prompt", ChatTemplate.prompt(in));
            String model = in.text("model", "gpt-3.5-turbo-0613");
            return new Completions.Order(
                    CompletionRequest.read(today(new Fields(members, in.manner()), "id_slot"), engine),
                    new Llama2024ChatSpeech(model),
                    false);
        });
    }

    private Reply completion(Call call, Function<Fields, Completions.Order> order) {
        Optional<Fields> in = Optional.empty();
        try {
            Fields read = fields(call);
            in = Optional.of(read);
            return completions.answer(call, () -> order.apply(read));
        } catch (EngineError e) {
            if (in.isEmpty() || !in.get().flag("stream", false)) {
                throw e;
            }
            return Reply.stream(Completions.EVENTS, StreamBody.of(Llama2024Speech.error(e)));
        }
    }

    /** The same request as today's server would be asked it. */
    private Fields today(Fields in, String slotName) {
        Map<String, Object> members = new LinkedHashMap<>(in.members());
        members.keySet().removeAll(UNKNOWN);
        members.putIfAbsent("cache_prompt", false);
        members.put("sse_ping_interval", -1L);
        members.put("id_slot", wanted(in.integer(slotName, -1)));
        if (members.get("stop") instanceof String) {
            members.remove("stop");
        }
        return new Fields(members, in.manner());
    }

    /** A slot is only a hint: one that is busy or not there means any. */
    private long wanted(long slot) {
        List<Slot> all = engine.slots().slots();
        return slot >= 0 && slot < all.size() && !engine.slots().isBusy(all.get((int) slot)) ? slot : -1;
    }

    private boolean noneFree() {
        return engine.busy() == engine.options().slots();
    }

    private static boolean asks(Call call, String parameter) {
        return call.url().queryParameter(parameter) != null;
    }

    private Reply health(Call call) {
        Map<String, Object> health = Json.object(
                "status",
                noneFree() ? "no slot available" : "ok",
                "slots_idle",
                engine.options().slots() - engine.busy(),
                "slots_processing",
                engine.busy());
        if (asks(call, "include_slots")) {
            health.put("slots", slots());
        }
        return Reply.json(noneFree() && asks(call, "fail_on_no_slot") ? 503 : 200, health);
    }

    private Reply slots(Call call) {
        if (noneFree() && asks(call, "fail_on_no_slot")) {
            throw new EngineError(503, "no slot available", "unavailable_error");
        }
        return Reply.json(200, slots());
    }

    private List<Object> slots() {
        List<Object> all = new ArrayList<>();
        for (Slot slot : engine.slots().slots()) {
            Slot.View view = slot.view();
            Map<String, Object> shown = Json.object("n_ctx", engine.options().contextSize());
            shown.putAll(view.used() ? view.params() : Settings.defaults().brief());
            shown.put("id", slot.id());
            shown.put("id_task", view.task());
            shown.put("state", engine.slots().isBusy(slot) ? 1 : 0);
            shown.put("prompt", engine.model().vocabulary().text(view.prompt(), true));
            shown.put(
                    "next_token",
                    Json.object(
                            "has_next_token",
                            view.more(),
                            "n_remain",
                            view.remain(),
                            "n_decoded",
                            view.decoded(),
                            "stopped_eos",
                            false,
                            "stopped_word",
                            false,
                            "stopped_limit",
                            false,
                            "stopping_word",
                            ""));
            all.add(shown);
        }
        return all;
    }

    private Map<String, Object> props() {
        Map<String, Object> settings = Json.object("n_ctx", engine.options().contextSize());
        settings.putAll(Settings.defaults().brief());
        return Json.object(
                "user_name",
                "",
                "assistant_name",
                "",
                "default_generation_settings",
                settings,
                "total_slots",
                engine.options().slots());
    }

    private Map<String, Object> models() {
        Map<String, Object> models = shapes.models();
        models.remove("models");
        return models;
    }

    private String metrics() {
        EngineMetrics.requireStarted(engine.options());
        int held = engine.slots().slots().stream()
                .mapToInt(slot -> slot.cache().size())
                .sum();
        double share =
                (double) held / engine.options().slots() / engine.options().contextSize();
        return LATER.matcher(engine.metrics().scrape(engine.busy(), engine.queued()))
                        .replaceAll("")
                + gauge("kv_cache_usage_ratio", "KV-cache usage. 1 means 100 percent usage.", Double.toString(share))
                + gauge("kv_cache_tokens", "KV-cache tokens.", Integer.toString(held));
    }

    private static String gauge(String name, String help, String value) {
        return "# HELP llamacpp:" + name + " " + help + "\n# TYPE llamacpp:" + name + " gauge\nllamacpp:" + name + " "
                + value + "\n";
    }
}
