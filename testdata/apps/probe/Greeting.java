package greeting;

/** Stands in an archive of its own. */
public class Greeting {
    public static String of(String name) {
        return "Hello, " + (name == null ? "whoever you are" : name) + ".";
    }
}
