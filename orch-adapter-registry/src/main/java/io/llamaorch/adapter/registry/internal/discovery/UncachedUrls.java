package io.llamaorch.adapter.registry.internal.discovery;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;

/**
 * URLs of a plugin's resources. To read one through a plain URL would leave the plugin's jar open in a cache of the JVM,
 * for ever, and show a later version of the plugin the contents of the earlier one.
 */
final class UncachedUrls extends URLStreamHandler {

    private static final URLStreamHandler HANDLER = new UncachedUrls();

    private UncachedUrls() {}

    static URL of(URL url) {
        try {
            return new URL(null, url.toString(), HANDLER);
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException("a URL became malformed: " + url, e);
        }
    }

    @Override
    protected URLConnection openConnection(URL url) throws IOException {
        URLConnection connection = new URL(url.toString()).openConnection();
        connection.setUseCaches(false);
        return connection;
    }
}
