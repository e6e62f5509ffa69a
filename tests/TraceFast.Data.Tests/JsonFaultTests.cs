using System.Text.Json;
using System.Text.Json.Serialization;
using TraceFast.Data.Json;

namespace TraceFast.Data.Tests;

/// <summary>No fault of a JSON text is told in .NET's words for its own reader.</summary>
public sealed class JsonFaultTests
{
    private static readonly string[] s_foreign = [
        "Change the reader", "reader options", "isFinalBlock", "System.", "JSON payload", "BytePosition", "LineNumber", "deserializ",
        "configured depth", "JsonElement", "target element"];

    [Theory]
    [InlineData("[1,]")]
    [InlineData("{\"a\":1,}")]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{\"a\":[1")]
    [InlineData("{\"a\":\"x")]
    [InlineData("{\"a\"")]
    [InlineData("{\"a\" 1}")]
    [InlineData("{a:1}")]
    [InlineData("{\"a\":01}")]
    [InlineData("{\"a\":1.}")]
    [InlineData("{\"a\":tru}")]
    [InlineData("{\"a\":\"\\x\"}")]
    [InlineData("{\"a\":1}]")]
    [InlineData("{\"a\":1} {}")]
    [InlineData("[1}")]
    [InlineData("// a\n1")]
    [InlineData("[[[[[[[[[[1]]]]]]]]]]")]
    public void The_reader(string json)
    {
        JsonException fault = Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 }));
        RequireOwnWords(JsonErrors.Describe(fault));
    }

    [Theory]
    [InlineData("{\"number\":\"x\"}", "number has a value of the wrong kind")]
    [InlineData("{}", "the keys 'number' are missing")]
    [InlineData("{\"number\":1,\"other\":2}", "the key 'other' is not known")]
    public void The_serializer(string json, string expected)
    {
        string words = JsonErrors.Describe(Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize<Kept>(json)));
        Assert.Equal(expected, words);
        RequireOwnWords(words);
    }

    [Fact]
    public void A_value_of_another_kind_and_a_missing_key()
    {
        using JsonDocument json = JsonDocument.Parse("[1]");
        RequireOwnWords(JsonErrors.Describe(Assert.Throws<InvalidOperationException>(() => json.RootElement.GetProperty("a"))));
        using JsonDocument empty = JsonDocument.Parse("{}");
        RequireOwnWords(JsonErrors.Describe(Assert.Throws<KeyNotFoundException>(() => empty.RootElement.GetProperty("a"))));
    }

    private static void RequireOwnWords(string words)
    {
        Assert.NotEqual("", words);
        Assert.DoesNotContain(s_foreign, word => words.Contains(word, StringComparison.OrdinalIgnoreCase));
    }

    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    private sealed record Kept([property: JsonRequired, JsonPropertyName("number")] int Number);
}
