package io.llamaorch.adapter.tck.internal.engine;

import io.llamaorch.adapter.tck.EngineDialect;
import io.llamaorch.adapter.tck.EngineScript;
import java.util.Optional;
import java.util.Set;

/**
 * How an engine is set up.
 *
 * @param port the port on 127.0.0.1, 0 for a free one
 * @param slots how many requests run at a time
 * @param contextSize tokens of prompt and text together that a slot holds
 * @param modelAlias the name that the model goes by
 * @param modelPath where the model is said to lie
 * @param apiKey the key that requests must carry, empty for none
 * @param prefix what every path begins with, empty or as {@code /x}
 * @param pace tokens a second for each stream, 0 for as fast as it goes
 * @param promptPace tokens of prompt evaluated a second, 0 for at once
 * @param stepped whether a token is generated only when it is let
 * @param dialect which protocol it speaks
 * @param deafTo fields of a request's body that it does not see
 * @param embeds whether it was started for embeddings
 * @param measures whether it was started to show metrics
 * @param answer what its model says; stories unless set
 */
public record EngineOptions(
        int port,
        int slots,
        int contextSize,
        String modelAlias,
        String modelPath,
        Optional<String> apiKey,
        String prefix,
        double pace,
        double promptPace,
        boolean stepped,
        EngineDialect dialect,
        Set<String> deafTo,
        boolean embeds,
        boolean measures,
        Optional<EngineScript.Answer> answer) {

    /** What the engine says it was built from. */
    public static final String BUILD_INFO = "b11669-scripted";
}
