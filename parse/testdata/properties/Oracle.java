import java.io.*;
import java.nio.charset.StandardCharsets;
import java.util.*;

/** Reads base64 of properties files, one a line, and prints what java.util.Properties makes of each: its entries in order, in base64 of UTF-8. */
public class Oracle {
    static String encode(Object s) {
        return Base64.getEncoder().encodeToString(s.toString().getBytes(StandardCharsets.UTF_8));
    }

    public static void main(String[] args) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line; (line = in.readLine()) != null;) {
            StringBuilder out = new StringBuilder(line).append('\t');
            Properties p = new Properties() {
                @Override
                public synchronized Object put(Object key, Object value) {
                    out.append(encode(key)).append('=').append(encode(value)).append(' ');
                    return super.put(key, value);
                }
            };
            try {
                p.load(new ByteArrayInputStream(Base64.getDecoder().decode(line)));
            } catch (IllegalArgumentException e) {
                out.append('!');
            }
            System.out.println(out);
        }
    }
}
