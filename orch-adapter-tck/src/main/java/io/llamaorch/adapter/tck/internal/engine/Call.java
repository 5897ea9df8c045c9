package io.llamaorch.adapter.tck.internal.engine;

import mockwebserver3.RecordedRequest;
import okhttp3.HttpUrl;
import okio.ByteString;

/**
 * One request and who sent it.
 *
 * <p>Thread safety: immutable.
 */
record Call(RecordedRequest request, Client client) {
    /** HEAD counts as GET here; its body is dropped later. */
    String method() {
        return isHead() ? "GET" : request.getMethod();
    }

    boolean isHead() {
        return "HEAD".equals(request.getMethod());
    }

    HttpUrl url() {
        return request.getUrl();
    }

    String path() {
        return url().encodedPath();
    }

    /** A header's value, empty if the request has none of that name. */
    String header(String name) {
        String value = request.getHeaders().get(name);
        return value == null ? "" : value;
    }

    byte[] body() {
        ByteString body = request.getBody();
        return body == null ? new byte[0] : body.toByteArray();
    }
}
