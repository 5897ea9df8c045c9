package io.llamaorch.adapter.llamacpp.internal.codec;

import io.llamaorch.adapter.llamacpp.internal.sse.SseSink;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.async.ByteArrayFeeder;
import tools.jackson.core.exc.StreamReadException;

/**
 * Reads the events of {@code POST /completion}: one non-blocking parser a stream, fed with the data as it arrives. What
 * is not needed is skipped without being made into anything.
 *
 * <p>Thread safety: calls must be serial.
 */
public final class CompletionEventReader implements SseSink {

    private static final byte[] BETWEEN_DOCUMENTS = {'\n'};

    /**
     * How many bytes one parser reads at least: it remembers every name that it saw, so it has to be a new one before an
     * engine that makes up names has filled the memory.
     */
    private static final int PARSER_LIFE = 1 << 20;

    /** Hears what the events say. */
    public interface Listener {

        /**
         * An event was read.
         *
         * @param event only valid during the call
         * @return whether to go on
         */
        boolean event(CompletionEvent event);
    }

    private final Listener listener;
    private final CompletionEvent event = new CompletionEvent();

    private JsonParser parser = parser();
    private ByteArrayFeeder feeder = (ByteArrayFeeder) parser.nonBlockingInputFeeder();
    private final Utf8Check utf8 = new Utf8Check();
    private int parsed;
    private int depth;

    /** Whether a member's name was read, and not its value. */
    private boolean named;

    private boolean isObject;
    private boolean read;

    /** The member of the root object in which the parser stands. */
    private String member = "";

    /**
     * Makes a reader at the start of a stream.
     *
     * @param listener hears the events
     */
    public CompletionEventReader(Listener listener) {
        this.listener = listener;
    }

    /**
     * Reads a part of an event.
     *
     * @throws tools.jackson.core.JacksonException if it is no JSON
     */
    @Override
    public void data(byte[] bytes, int from, int to) {
        parsed += to - from;
        if (!utf8.accepts(bytes, from, to)) {
            throw new StreamReadException(parser, "invalid UTF-8");
        }
        feeder.feedInput(bytes, from, to);
        for (JsonToken token = parser.nextToken();
                token != JsonToken.NOT_AVAILABLE && token != null;
                token = parser.nextToken()) {
            token(token);
        }
    }

    /**
     * Hands the event over.
     *
     * @throws tools.jackson.core.JacksonException if it is no JSON, or not all of it is there
     */
    @Override
    public boolean event(boolean errorField) {
        data(BETWEEN_DOCUMENTS, 0, 1);
        if (depth != 0 || !read) {
            throw new StreamReadException(parser, "the event's JSON is cut off");
        }
        boolean says = isObject;
        read = false;
        isObject = false;
        boolean goOn = true;
        if (says) {
            if (errorField && event.error == null) {
                event.error = event.rootError;
            }
            goOn = listener.event(event);
            event.clear();
        }
        if (parsed > PARSER_LIFE && goOn) {
            renew();
        }
        return goOn;
    }

    private void renew() {
        parser.close();
        parser = parser();
        feeder = (ByteArrayFeeder) parser.nonBlockingInputFeeder();
        parsed = 0;
    }

    private static JsonParser parser() {
        return Json.FACTORY.createNonBlockingByteArrayParser(ObjectReadContext.empty());
    }

    /** Gives the parser's buffers back. */
    public void close() {
        parser.close();
    }

    private void token(JsonToken token) {
        if (named && token.isStructEnd()) {
            // The parser itself lets this pass if a read ends behind the colon.
            throw new StreamReadException(parser, "a name without a value");
        }
        named = token == JsonToken.PROPERTY_NAME;
        switch (token) {
            case START_OBJECT, START_ARRAY -> {
                if (depth++ == 0) {
                    begin(token == JsonToken.START_OBJECT);
                } else if (depth == 2 && isObject) {
                    enter();
                }
            }
            case END_OBJECT, END_ARRAY -> depth--;
            case PROPERTY_NAME -> {
                if (depth == 1) {
                    member = parser.currentName();
                }
            }
            default -> {
                if (depth == 0) {
                    begin(false);
                } else if (depth == 1 && isObject) {
                    value(member, token);
                } else if (depth == 2 && isObject) {
                    nested(member, parser.currentName(), token);
                }
            }
        }
    }

    private void begin(boolean object) {
        if (read) {
            throw new StreamReadException(parser, "an event holds more than one JSON value");
        }
        read = true;
        isObject = object;
    }

    private void enter() {
        switch (member) {
            case "timings" -> event.hasTimings = true;
            case "prompt_progress" -> event.hasProgress = true;
            case "error" -> event.error = new EngineError.Builder();
            default -> {}
        }
    }

    private void value(String name, JsonToken token) {
        switch (name) {
            case "content" -> event.content = text(token);
            case "stop" -> event.stop = token == JsonToken.VALUE_TRUE;
            case "tokens_predicted" -> event.tokensPredicted = Json.count(parser, -1);
            case "tokens_evaluated" -> event.tokensEvaluated = Json.count(parser, -1);
            case "id_slot", "slot_id" -> event.slot = Json.count(parser, -1);
            case "truncated" -> event.truncated = token == JsonToken.VALUE_TRUE;
            case "stop_type" -> event.stopType = text(token);
            case "stopping_word" -> event.stoppingWord = text(token);
            case "stopped_eos" -> event.stoppedEos = token == JsonToken.VALUE_TRUE;
            case "stopped_word" -> event.stoppedWord = token == JsonToken.VALUE_TRUE;
            case "stopped_limit" -> event.stoppedLimit = token == JsonToken.VALUE_TRUE;
            case "error" -> errorText(token);
            case "code", "message", "type" -> error(event.rootError, name, token);
            default -> {}
        }
    }

    private void nested(String in, @Nullable String name, JsonToken token) {
        if (name == null) {
            return;
        }
        switch (in) {
            case "timings" -> timing(name, token);
            case "prompt_progress" -> progress(name);
            case "error" -> error(event.error, name, token);
            default -> {}
        }
    }

    private void timing(String name, JsonToken token) {
        switch (name) {
            case "cache_n" -> event.cached = Json.count(parser, -1);
            case "prompt_ms" -> event.promptMillis = number(token);
            case "predicted_ms" -> event.generationMillis = number(token);
            default -> {}
        }
    }

    private void progress(String name) {
        switch (name) {
            case "total" -> event.progressTotal = Json.count(parser, -1);
            case "cache" -> event.progressCached = Json.count(parser, -1);
            case "processed" -> event.progressProcessed = Json.count(parser, -1);
            default -> {}
        }
    }

    private void error(EngineError.@Nullable Builder error, String name, JsonToken token) {
        if (error == null) {
            return;
        }
        switch (name) {
            case "code" -> error.code = Json.count(parser, 0);
            case "message" -> error.message = text(token);
            case "type" -> error.type = text(token);
            case "n_prompt_tokens" -> error.promptTokens = Json.count(parser, -1);
            case "n_ctx" -> error.contextLength = Json.count(parser, -1);
            default -> {}
        }
    }

    /** Some gateways in front of an engine put a text there. */
    private void errorText(JsonToken token) {
        if (token == JsonToken.VALUE_STRING) {
            event.error = new EngineError.Builder();
            event.error.message = parser.getString();
        }
    }

    private String text(JsonToken token) {
        return token == JsonToken.VALUE_STRING ? parser.getString() : "";
    }

    private double number(JsonToken token) {
        return token.isNumeric() ? parser.getDoubleValue() : 0;
    }
}
