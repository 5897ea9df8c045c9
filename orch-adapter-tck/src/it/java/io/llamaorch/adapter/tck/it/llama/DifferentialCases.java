package io.llamaorch.adapter.tck.it.llama;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The requests of {@link DifferentialIT}, and what the scripted engine may say otherwise. */
final class DifferentialCases {
    static final int CONTEXT = 2048;

    /** Runs long enough on a slow engine for others to be asked meanwhile. */
    static final String LONG = "{\"prompt\":\"a\",\"n_predict\":400,\"stream\":true,\"temperature\":0,\"seed\":5,"
            + "\"ignore_eos\":true}";

    private static final String GREEDY = "\"prompt\":\"Once upon a time\",\"temperature\":0,\"seed\":1";
    private static final String CHAT = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"temperature\":0";
    private static final String TOKENS = "260,".repeat(CONTEXT - 1) + "260";

    private DifferentialCases() {}

    /** The engines that a request goes to: in both cases two slots of the same size. */
    enum Pair {
        PLAIN,
        SLOW,
        LOCKED
    }

    /**
     * One request.
     *
     * @param busy how many other requests run meanwhile
     */
    record Case(Pair pair, int busy, String method, String path, String body, List<String> headers) {
        byte[] bytes() {
            byte[] content = body.getBytes(StandardCharsets.UTF_8);
            StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: engine\r\n");
            headers.forEach(header -> head.append(header).append("\r\n"));
            if (!method.equals("GET") && !method.equals("HEAD") && !method.equals("OPTIONS")) {
                head.append("Content-Length: ").append(content.length).append("\r\n");
            }
            return (head + "\r\n" + body).getBytes(StandardCharsets.UTF_8);
        }

        Case on(Pair other, int running) {
            return new Case(other, running, method, path, body, headers);
        }

        Case with(String... more) {
            return new Case(pair, busy, method, path, body, List.of(more));
        }

        @Override
        public String toString() {
            String short_ = body.length() > 110 ? body.substring(0, 110) + "…" : body;
            return method + " " + path
                    + (short_.isEmpty() ? "" : " " + short_.replace("|", "/").replace("\n", " "))
                    + (headers.isEmpty() ? "" : " " + headers)
                    + (pair == Pair.PLAIN ? "" : " on a " + pair.name().toLowerCase(Locale.ROOT) + " engine")
                    + (busy == 0 ? "" : " with " + busy + " slot" + (busy > 1 ? "s" : "") + " busy");
        }
    }

    /**
     * A difference that is meant, or cannot be helped.
     *
     * @param request matches the request's text
     * @param field matches the field's name
     */
    record Known(String request, String field, String reason) {}

    static final List<Known> KNOWN = List.of(
            new Known(
                    "POST /detokenize .*99999.*",
                    "error\\.message",
                    "the message tells the size of the vocabulary, and the scripted engine's is another"),
            new Known(
                    "POST /completion .*\\[\"a\",\"b\"].*",
                    ".*",
                    "the scripted engine does one prompt a request, and says 501 to more"),
            new Known(
                    "POST /completion .*\"n\":2}",
                    ".*",
                    "the scripted engine makes one text of a prompt, and says 501 to more"),
            new Known(
                    "POST /completion .*\"json_schema\":\\{\"type\":\"null\"}}",
                    "values",
                    "the server shows as grammar what it made of the schema, and the scripted engine shows none"),
            new Known(
                    "POST /completion .*\"not\".*",
                    ".*",
                    "the scripted engine keeps a schema or says 501; the server passes over what it cannot keep"));

    static Optional<Known> known(Case asked, String field) {
        return KNOWN.stream()
                .filter(known -> asked.toString().matches(known.request()))
                .filter(known -> field.matches(known.field()))
                .findFirst();
    }

    static Case get(String path) {
        return new Case(Pair.PLAIN, 0, "GET", path, "", List.of());
    }

    static Case post(String path, String body) {
        return new Case(Pair.PLAIN, 0, "POST", path, body, List.of());
    }

    private static Case other(String method, String path) {
        return new Case(Pair.PLAIN, 0, method, path, "", List.of());
    }

    static Stream<Case> all() {
        List<Case> cases = new ArrayList<>();
        cases.add(get("/slots"));
        endpoints(cases);
        completions(cases);
        refusals(cases);
        openAi(cases);
        keys(cases);
        busy(cases);
        return cases.stream();
    }

    private static void endpoints(List<Case> cases) {
        for (String path : List.of("/health", "/v1/health", "/props", "/models", "/v1/models", "/metrics")) {
            cases.add(get(path));
        }
        cases.add(get("/health").with("Connection: close"));
        cases.add(get("/props").with("Origin: http://a.example"));
        cases.add(get("/lora-adapters"));
        for (String path : List.of("/", "/nope", "/health/", "/completion", "/v1/chat/completions")) {
            cases.add(get(path));
        }
        cases.add(other("HEAD", "/health"));
        cases.add(other("HEAD", "/nope"));
        cases.add(other("OPTIONS", "/props"));
        cases.add(other("OPTIONS", "/nope").with("Origin: http://a.example"));
        cases.add(other("PUT", "/completion"));
        cases.add(other("DELETE", "/slots"));
        cases.add(post("/health", ""));
        cases.add(post("/props", "{}"));
        cases.add(post("/slots/0?action=erase", "{}"));
        cases.add(post("/embedding", "{\"content\":\"a\"}"));
        cases.add(post("/v1/embeddings", "{\"input\":\"a\"}"));
        cases.add(post("/rerank", "{}"));
        cases.add(post("/infill", "{}"));
        for (String body : List.of(
                "{\"content\":\"a\"}",
                "{\"content\":\"<s>a\",\"add_special\":true}",
                "{\"content\":\"<s>a\",\"parse_special\":false}",
                "{\"content\":\"a\",\"with_pieces\":true}",
                "{}",
                "{\"content\":5}",
                "{\"content\":\"a\",\"add_special\":\"yes\"}",
                "nope")) {
            cases.add(post("/tokenize", body));
        }
        for (String body : List.of("{\"tokens\":[97,98]}", "{}", "{\"tokens\":\"x\"}", "{\"tokens\":[99999]}")) {
            cases.add(post("/detokenize", body));
        }
        cases.add(post("/apply-template", "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"));
        cases.add(post("/apply-template", "{}"));
    }

    private static void completions(List<Case> cases) {
        for (String more : List.of(
                "",
                ",\"stop\":[\" was\"]",
                ",\"stop\":\" was\"",
                ",\"stop\":[\"\"]",
                ",\"logit_bias\":[[2,100]]",
                ",\"timings_per_token\":true",
                ",\"return_progress\":true",
                ",\"return_tokens\":true",
                ",\"n_probs\":2",
                ",\"n_probs\":2,\"post_sampling_probs\":true",
                ",\"response_fields\":[\"stop\",\"stop_type\",\"generation_settings/n_predict\",\"nope\"]",
                ",\"response_fields\":[\"stop_type\"]",
                ",\"response_fields\":[]",
                ",\"id_slot\":1,\"response_fields\":[\"id_slot\",\"stop\"]")) {
            cases.add(post("/completion", "{" + GREEDY + ",\"n_predict\":4,\"stream\":true" + more + "}"));
            cases.add(post("/completion", "{" + GREEDY + ",\"n_predict\":4" + more + "}"));
        }
        for (String constraint : List.of(
                "\"grammar\":\"root ::= \\\"yes\\\" | \\\"no\\\"\"",
                "\"grammar\":\"root ::= [a-c]{3} # three\\n\",\"json_schema\":{\"type\":\"foo\"}",
                "\"json_schema\":{\"type\":\"boolean\"},\"response_fields\":[\"stop_type\",\"tokens_predicted\"]",
                "\"json_schema\":{\"enum\":[{\"a\":[1,null]}]},\"response_fields\":[\"stop_type\",\"truncated\"]",
                "\"grammar\":\"root ::= \\\"aaaa\\\"\",\"n_predict\":2",
                "\"grammar\":\"root ::= \\\"aaaa\\\"\",\"n_predict\":4",
                "\"grammar\":\"root ::= \\\"aaaa\\\"\",\"n_predict\":5",
                "\"grammar\":\"root ::= \\\"a\\\" root\",\"n_predict\":3",
                "\"grammar\":\"root ::= \\\"a b\\\"\",\"stop\":[\" b\"]")) {
            cases.add(post("/completion", "{" + GREEDY + ",\"stream\":true," + constraint + "}"));
            cases.add(post("/completion", "{" + GREEDY + "," + constraint + "}"));
        }
        cases.add(post("/completion", "{" + GREEDY + ",\"json_schema\":{\"type\":\"null\"}}"));
        for (String settings : List.of(
                "\"n_predict\":0",
                "\"n_predict\":2.7",
                "\"max_tokens\":2",
                "\"max_completion_tokens\":2",
                "\"n_predict\":1,\"temperature\":-1,\"top_p\":7,\"min_p\":-3,\"top_k\":-5,\"seed\":-1",
                "\"n_predict\":1,\"temperature\":1.5,\"top_p\":0.5,\"min_p\":0.1,\"top_k\":7,\"seed\":12345678901",
                "\"n_predict\":1,\"repeat_penalty\":1.3,\"presence_penalty\":0.5,\"frequency_penalty\":0.25",
                "\"n_predict\":1,\"logit_bias\":[[5,1.5],[6,false],[7,\"x\"],[99999,1]]",
                "\"n_predict\":1,\"logit_bias\":{\"5\":1}",
                "\"n_predict\":1,\"ignore_eos\":true,\"samplers\":[\"top_k\",\"nope\"],\"n_keep\":3",
                "\"n_predict\":1,\"samplers\":\"tk\",\"mirostat\":7,\"dry_base\":0.5,\"xtc_probability\":5",
                "\"n_predict\":1,\"temperature\":null,\"seed\":null,\"stop\":null,\"top_k\":null,\"unheard_of\":{}",
                "\"n_predict\":1,\"stop\":5,\"samplers\":5,\"response_fields\":5,\"id_slot\":\"1\",\"grammar\":5",
                "\"n_predict\":1,\"cache_prompt\":false,\"lora\":[]")) {
            cases.add(post("/completion", "{\"prompt\":\"a\"," + settings + "}"));
        }
        cases.add(post("/completions", "{\"prompt\":[1,97,98],\"n_predict\":2}"));
        cases.add(post("/completion", "{\"prompt\":[1,\"a\",98],\"n_predict\":2}"));
        cases.add(post("/completion", "{\"prompt\":[\"a\"],\"n_predict\":2}"));
        cases.add(post("/completion", "{\"prompt\":\"\",\"n_predict\":1}"));
        cases.add(post("/completion", "{\"prompt\":[[]]}"));
        cases.add(post("/completion", "{\"prompt\":[[]],\"stream\":true}"));
        cases.add(post(
                "/completion",
                "{\"response_fields\":[\"truncated\",\"stop_type\",\"tokens_predicted\"],\"prompt\":["
                        + TOKENS.substring(40) + "]}"));
    }

    private static void refusals(List<Case> cases) {
        for (String body : List.of(
                "",
                "nonsense",
                "{\"prompt\":\"x\", ",
                "{\"prompt\":\"x\"} y",
                "{\"prompt\":\"\\uD83E\"}",
                "[]",
                "5",
                "{}",
                "{\"stream\":true}",
                "{\"prompt\":null}",
                "{\"prompt\":5}",
                "{\"prompt\":[]}",
                "{\"prompt\":[99999]}",
                "{\"prompt\":[-1]}",
                "{\"prompt\":[1,true]}",
                "{\"prompt\":{\"prompt_string\":\"a\",\"multimodal_data\":[]}}",
                "{\"prompt\":[" + TOKENS + "]}",
                "{\"stream\":true,\"prompt\":[" + TOKENS + "]}",
                "{\"prompt\":[\"a\",\"b\"],\"n_predict\":1}",
                "{\"prompt\":\"a\",\"n_predict\":1,\"n\":2}",
                "{\"prompt\":\"a\",\"n_predict\":1,\"grammar\":\"root ::= \\\"a\\\"\"}")) {
            cases.add(post("/completion", body));
        }
        for (String field : List.of(
                "\"temperature\":\"hot\"",
                "\"stream\":\"true\"",
                "\"stream\":1",
                "\"n_predict\":\"5\"",
                "\"n_predict\":-2",
                "\"n\":3",
                "\"n_cmpl\":0",
                "\"stop\":[5]",
                "\"seed\":{}",
                "\"top_k\":\"x\"",
                "\"cache_prompt\":\"no\"",
                "\"return_progress\":5",
                "\"n_probs\":\"x\"",
                "\"sse_ping_interval\":-2",
                "\"repeat_penalty\":-1",
                "\"repeat_last_n\":-1",
                "\"dry_allowed_length\":-1",
                "\"n_discard\":-1",
                "\"samplers\":[5]",
                "\"dry_sequence_breakers\":[]",
                "\"lora\":5",
                "\"grammar\":\"what\"",
                "\"grammar\":\"what\",\"stream\":true",
                "\"grammar\":\"root ::= a\"",
                "\"grammar\":\"root ::= root | \\\"a\\\"\"",
                "\"json_schema\":5",
                "\"json_schema\":{\"type\":\"foo\"}",
                "\"json_schema\":{\"type\":\"foo\"},\"stream\":true",
                "\"json_schema\":{\"properties\":{\"a\":{\"enum\":[]}}}",
                "\"json_schema\":{\"$ref\":\"#/$defs/a\"}",
                "\"json_schema\":{\"pattern\":\"^($\"}",
                "\"json_schema\":{\"not\":{\"type\":\"null\"}},\"n_predict\":1")) {
            cases.add(post("/completion", "{\"prompt\":\"a\"," + field + "}"));
        }
        cases.add(post("/completion", "x").with("Content-Encoding: gzip"));
    }

    private static void openAi(List<Case> cases) {
        for (String more : List.of(
                "",
                ",\"stream\":true",
                ",\"stream\":true,\"stream_options\":{\"include_usage\":true}",
                ",\"stream\":true,\"logprobs\":true,\"top_logprobs\":2",
                ",\"logprobs\":true,\"top_logprobs\":2",
                ",\"stream\":true,\"timings_per_token\":true",
                ",\"stream\":true,\"return_progress\":true",
                ",\"stream\":true,\"logit_bias\":[[2,100]]",
                ",\"top_logprobs\":2",
                ",\"grammar\":\"root ::= \\\"a\\\"\"",
                ",\"grammar\":\"root ::= \\\"a\\\"\",\"json_schema\":{\"type\":\"null\"}")) {
            cases.add(post("/v1/chat/completions", "{" + CHAT + ",\"max_tokens\":3" + more + "}"));
        }
        for (String body : List.of(
                "{}",
                "{\"messages\":5}",
                "{\"messages\":[{\"role\":\"user\"}]}",
                "{\"messages\":[{\"content\":\"a\"}]}",
                "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":"
                        + "{\"url\":\"data:image/png;base64,AAAA\"}}]}]}",
                "{\"messages\":[],\"max_tokens\":\"x\"}",
                "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"}]}],"
                        + "\"max_tokens\":1}")) {
            cases.add(post("/v1/chat/completions", body));
        }
        cases.add(post("/chat/completions", "{" + CHAT + ",\"max_tokens\":1,\"stop\":[\"zzz\"],\"model\":\"other\"}"));
        for (String more : List.of(
                "",
                ",\"stream\":true",
                ",\"logprobs\":2",
                ",\"stream\":true,\"logprobs\":2,\"timings_per_token\":true",
                ",\"stream\":true,\"return_progress\":true",
                ",\"stream\":true,\"stop\":[\" was\"]",
                ",\"stream\":true,\"logit_bias\":[[2,100]]")) {
            cases.add(post("/v1/completions", "{" + GREEDY + ",\"max_tokens\":3" + more + "}"));
        }
        cases.add(post("/v1/completions", "{\"max_tokens\":3}"));
    }

    private static void keys(List<Case> cases) {
        for (Case asked : List.of(
                get("/health"),
                get("/v1/health"),
                get("/health/"),
                get("/props"),
                get("/nope"),
                get("/props").with("Authorization: Bearer wrong"),
                get("/props").with("Authorization: bearer secret"),
                get("/props").with("Authorization: Bearer secret"),
                get("/models").with("Authorization: secret"),
                get("/models").with("X-Api-Key: secret"),
                get("/nope").with("X-Api-Key: secret"),
                other("OPTIONS", "/props"),
                post("/completion", "{}"))) {
            cases.add(asked.on(Pair.LOCKED, 0));
        }
    }

    private static void busy(List<Case> cases) {
        // Each slot's last request is then the same in both engines.
        cases.add(post("/completion", "{" + GREEDY + ",\"n_predict\":2,\"id_slot\":0}"));
        cases.add(post("/completion", "{\"prompt\":\"b\",\"top_k\":3,\"n_predict\":2,\"id_slot\":1}"));
        cases.add(get("/slots"));
        cases.add(get("/slots").on(Pair.SLOW, 1));
        cases.add(get("/health").on(Pair.SLOW, 2));
        cases.add(get("/metrics").on(Pair.SLOW, 1));
        cases.add(get("/slots?fail_on_no_slot=1").on(Pair.SLOW, 2));
        cases.add(post(
                        "/completion",
                        "{\"stream\":true,\"sse_ping_interval\":1,\"n_predict\":1,\"prompt\":[" + "99,".repeat(999)
                                + "98]}")
                .on(Pair.SLOW, 0));
    }
}
