package io.llamaorch.adapter.llamacpp.internal.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {

    @ParameterizedTest
    @CsvSource({
        "http://engine-1,             engine-1,  80,   engine-1,          /slots",
        "http://engine-1/,            engine-1,  80,   engine-1,          /slots",
        "HTTP://engine_1.local:8080,  engine_1.local, 8080, engine_1.local:8080, /slots",
        "http://127.0.0.1:80,         127.0.0.1, 80,   127.0.0.1,         /slots",
        "http://h:1/x,                h,         1,    h:1,               /x/slots",
        "http://h:1/x/y~z//,          h,         1,    h:1,               /x/y~z/slots",
        "http://[::1],                ::1,       80,   [::1],             /slots",
        "http://[fe80::A]:65535/b/,   fe80::A,   65535, [fe80::A]:65535,  /b/slots",
        "https://engine-1,            engine-1,  443,  engine-1,          /slots",
        "HTTPS://h:443/x,             h,         443,  h,                 /x/slots",
        "https://[::1]:80,            ::1,       80,   [::1]:80,          /slots",
        "http://h:443,                h,         443,  h:443,             /slots",
    })
    void url_isTakenApart(String url, String host, int port, String hostHeader, String slots) {
        Endpoint endpoint = Endpoint.parse(url);
        assertEquals(host, endpoint.host());
        assertEquals(port, endpoint.port());
        assertEquals(hostHeader, endpoint.hostHeader());
        assertEquals(slots, endpoint.resolve("/slots"));
        String scheme = url.substring(0, url.indexOf(':')).toLowerCase(Locale.ROOT);
        assertEquals(scheme.equals("https"), endpoint.isTls());
        assertEquals(scheme + "://" + hostHeader + slots.replace("/slots", ""), endpoint.toString());
        assertEquals(endpoint.toString(), Endpoint.parse(endpoint.toString()).toString());
    }

    @Test
    void address_isALiteralAndANameIsNot() {
        assertTrue(Endpoint.parse("http://10.0.255.1").literal().isPresent());
        assertTrue(Endpoint.parse("http://[::1]").literal().isPresent());
        assertFalse(Endpoint.parse("http://localhost").literal().isPresent());
        assertFalse(Endpoint.parse("http://10.0.0.1.example").literal().isPresent());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                       | begin with http://",
                "engine:8080              | begin with http://",
                "ftp://engine             | begin with http://",
                "https:engine             | begin with http:// or https://",
                "https://                 | no host",
                "http://                  | no host",
                "http://:80               | no host",
                "http:///x                | no host",
                "http://h:                | port",
                "http://h:0               | port",
                "http://h:65536           | port",
                "http://h:-1              | port",
                "http://h:8o              | port",
                "http://h:123456          | port",
                "http://::1               | no host",
                "http://fe80::1           | brackets",
                "http://[::1              | closing bracket",
                "http://[::1]8080         | port",
                "http://[127.0.0.1]       | IPv6",
                "http://[engine]          | IPv6",
                "http://[::g]             | IPv6",
                "http://[fe80::1%25eth0]  | percent",
                "http://user@h            | user or a password",
                "http://user:pw@h:1       | user or a password",
                "http://h/?q              | query",
                "http://h?q               | query",
                "http://h/#f              | fragment",
                "http://h/a b             | blanks",
                "http://h/a%20b           | percent",
                "http://h/<x>             | not allowed",
                "http://h/a/../b          | . or ..",
                "http://h/.               | . or ..",
                "http://h/[x]             | brackets",
                "http://a..b              | dots",
                "http://.a                | dots",
                "http://a~b               | letters",
                "http://1.2.3             | IPv4",
                "http://256.1.1.1         | IPv4",
                "http://1.2.3.04          | IPv4",
                "http://2130706433        | IPv4",
                "http://h\u00e4           | not allowed",
            })
    void url_thatIsWrong_isRefusedWithReasonAndExample(String url, String reason) {
        String message = assertThrows(IllegalArgumentException.class, () -> Endpoint.parse(url))
                .getMessage();
        assertTrue(message.contains(reason), message);
        assertTrue(message.endsWith("an example of a base URL: http://127.0.0.1:8080"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://h\r\nX: y", "http://h/\n", "http://h/\u0000", "http://h/\t", "\nhttp://h"})
    void url_withControlCharacters_isRefused(String url) {
        assertThrows(IllegalArgumentException.class, () -> Endpoint.parse(url));
    }

    @Test
    void message_neverRepeatsAPassword() {
        for (String url :
                new String[] {"http://u:s3cret@h", "https://u:s3cret@h", "x://u:s3cret@h", "http://u:s3cret@h:x"}) {
            String message = assertThrows(IllegalArgumentException.class, () -> Endpoint.parse(url))
                    .getMessage();
            assertFalse(message.contains("s3cret"), message);
        }
    }
}
