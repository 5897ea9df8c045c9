package io.llamaorch.adapter.registry.internal;

/** Shows URLs to people. */
public final class Urls {

    private Urls() {}

    /**
     * Leaves out where credentials are put: before the host, and after a question mark (SEC-01); rather too much of a
     * malformed one than too little.
     *
     * @param url as it was configured, right or wrong
     * @return what may be logged
     */
    public static String shown(String url) {
        return url.replaceFirst("(?s)^((?:[a-zA-Z][a-zA-Z0-9+.-]*:)?//)?.*@", "$1…@")
                .replaceFirst("(?s)[?#].*", "?…");
    }
}
