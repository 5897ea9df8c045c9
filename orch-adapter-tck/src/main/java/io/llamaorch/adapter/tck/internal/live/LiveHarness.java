package io.llamaorch.adapter.tck.internal.live;

import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.tck.AdapterHarness;
import io.llamaorch.adapter.tck.EngineDialect;
import io.llamaorch.adapter.tck.EngineScript;
import io.llamaorch.adapter.tck.NotTestable;
import io.llamaorch.adapter.tck.TestEngine;
import java.net.URI;
import java.util.Optional;

/**
 * The harness of an adapter to a real engine, which does nothing wrong on demand: what needs a fault, a state or slots of
 * the engine's is not testable.
 *
 * @param factory the adapter's factory
 * @param url where the engine is
 * @param token its credential
 * @param dialect how it speaks
 */
public record LiveHarness(AdapterFactory factory, URI url, Optional<Secret> token, EngineDialect dialect)
        implements AdapterHarness {

    /**
     * Looks at the URL.
     *
     * @param factory the adapter's factory
     * @param url where the engine is
     * @param token its credential
     * @param dialect how it speaks
     * @throws IllegalArgumentException if the URL is none of HTTP
     */
    public LiveHarness {
        if (!"http".equals(url.getScheme()) || url.getHost() == null) {
            throw new IllegalArgumentException(
                    "the URL of a real engine must be http://HOST:PORT, as the kit looks on at"
                            + " what passes; put a plain port before '" + url.getScheme() + "'");
        }
    }

    @Override
    public TestEngine start(EngineScript script) {
        if (!script.faults().isEmpty()) {
            throw new NotTestable("a real engine does not go wrong on demand ("
                    + script.faults().get(0).text() + ")");
        }
        if (script.slots() != EngineScript.WELL.slots()) {
            throw new NotTestable("a real engine has the slots that it was started with");
        }
        if (script.state() != EngineScript.State.SERVING) {
            throw new NotTestable("a real engine cannot be had in the state " + script.state());
        }
        if (script.answer().isPresent()) {
            throw new NotTestable("a real engine's model says what it likes");
        }
        if (script.token().isPresent()) {
            throw new NotTestable("a real engine takes its own credential, and none of the kit's");
        }
        if (!script.lacking().isEmpty()) {
            throw new NotTestable("a real engine was started for what it was started for");
        }
        return new LiveEngine(url, token, dialect, script.stepped());
    }
}
