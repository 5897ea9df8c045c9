package io.llamaorch.adapter.tck.openai;

import io.llamaorch.adapter.spi.AdapterConfig;
import java.net.URI;
import java.util.Optional;

/** Where the engine is: host, port, and the path before {@code /v1}. Immutable. */
record Endpoint(String host, int port, String prefix) {

    /** What is wrong with the URL; its text is not repeated, as it may hold a password. */
    static Optional<String> faultOf(AdapterConfig config) {
        try {
            URI url = URI.create(config.url().orElse(""));
            boolean right = "http".equals(url.getScheme())
                    && url.getHost() != null
                    && url.getUserInfo() == null
                    && url.getQuery() == null
                    && url.getFragment() == null;
            return right ? Optional.empty() : Optional.of("the URL must be http://HOST[:PORT][/PATH], and no more");
        } catch (IllegalArgumentException e) {
            return Optional.of("the URL is malformed: it must be http://HOST[:PORT][/PATH]");
        }
    }

    static Endpoint of(AdapterConfig config) {
        URI url = URI.create(config.url().orElseThrow());
        return new Endpoint(
                url.getHost(),
                url.getPort() < 0 ? 80 : url.getPort(),
                url.getRawPath().replaceFirst("/+$", ""));
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
