package io.llamaorch.adapter.llamacpp.internal.codec;

import java.util.HashMap;
import java.util.Map;

/** The members that mean something, of an event of any form and of the objects in it. */
enum EventMember {
    CONTENT("content"),
    STOP("stop"),
    TOKENS_PREDICTED("tokens_predicted"),
    TOKENS_EVALUATED("tokens_evaluated"),
    SLOT("id_slot"),
    TRUNCATED("truncated"),
    STOP_TYPE("stop_type"),
    STOPPING_WORD("stopping_word"),
    STOPPED_EOS("stopped_eos"),
    STOPPED_WORD("stopped_word"),
    STOPPED_LIMIT("stopped_limit"),
    TIMINGS("timings"),
    CACHE_N("cache_n"),
    PROMPT_N("prompt_n"),
    PROMPT_MS("prompt_ms"),
    PREDICTED_N("predicted_n"),
    PREDICTED_MS("predicted_ms"),
    PROMPT_PROGRESS("prompt_progress"),
    TOTAL("total"),
    CACHE("cache"),
    PROCESSED("processed"),
    ERROR("error"),
    CODE("code"),
    MESSAGE("message"),
    TYPE("type"),
    N_PROMPT_TOKENS("n_prompt_tokens"),
    N_CTX("n_ctx"),
    LIKELIHOODS("completion_probabilities"),
    PROMPT("prompt"),
    CHOICES("choices"),
    INDEX("index"),
    DELTA("delta"),
    REASONING_CONTENT("reasoning_content"),
    TOOL_CALLS("tool_calls"),
    LOGPROBS("logprobs"),
    ID("id"),
    FUNCTION("function"),
    NAME("name"),
    ARGUMENTS("arguments"),
    FINISH_REASON("finish_reason"),
    USAGE("usage"),
    PROMPT_TOKENS("prompt_tokens"),
    COMPLETION_TOKENS("completion_tokens"),
    PROMPT_TOKENS_DETAILS("prompt_tokens_details"),
    CACHED_TOKENS("cached_tokens"),
    VERBOSE("__verbose"),
    /** Any other. */
    OTHER(""),
    /** There is no further member. */
    NONE("");

    /** What each name means. */
    static final NameTable<EventMember> TABLE = members();

    private final String name;

    EventMember(String name) {
        this.name = name;
    }

    private static NameTable<EventMember> members() {
        Map<String, EventMember> members = new HashMap<>();
        for (EventMember member : EventMember.values()) {
            members.put(member.name, member);
        }
        members.put("slot_id", SLOT); // up to 2023
        members.remove("");
        return new NameTable<>(members, OTHER);
    }
}
