public static class Shop
{
    public static string Hello() { return "hello from ASP.NET"; }
}
