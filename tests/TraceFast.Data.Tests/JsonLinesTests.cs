using System.Text;

namespace TraceFast.Data.Tests;

/// <summary>The input of commands: one object per line, errors with the input's name and the line.</summary>
public class JsonLinesTests
{
    private static List<JsonLine> Read(string text) => [.. JsonLines.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "stdin")];

    [Fact]
    public void Values_are_decoded_when_asked_for()
    {
        List<JsonLine> lines = Read(
            "{\"text\":\"\\u00e9\",\"ids\":[1, 2],\"none\":[],\"flag\":true}\n\n"
                + "{\"messages\":[{\"role\":\"system\",\"content\":\"\"},{\"role\":\"user\",\"content\":\"u\"}]}");
        Assert.Equal([1, 3], lines.Select(line => line.Line));
        Assert.Equal("é", lines[0].Text("text"));
        Assert.Equal([1, 2], lines[0].TokenIds("ids"));
        Assert.Empty(lines[0].TokenIds("none"));
        Assert.True(lines[0].Flag("flag", absent: false));
        Assert.True(lines[1].Flag("flag", absent: true));
        Assert.Equal([new(Role.System, ""), new Message(Role.User, "u")], lines[1].Messages("messages"));
    }

    [Theory]
    [InlineData("{}\n[1]", "stdin:2: a JSON object is expected")]
    [InlineData("{}\n{", "stdin:2: not valid JSON")]
    public void A_line_that_is_no_object_is_named(string text, string expected) =>
        Assert.StartsWith(expected, Assert.Throws<InputException>(() => Read(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_value_of_the_wrong_type_is_named()
    {
        JsonLine line = Read("\n{\"text\":1,\"ids\":[-1]}")[0];
        Assert.Equal("stdin:2: 'text' is a number, not a string", Assert.Throws<InputException>(() => line.Text("text")).Message);
        Assert.StartsWith(
            "stdin:2: 'ids' holds -1", Assert.Throws<InputException>(() => line.TokenIds("ids")).Message, StringComparison.Ordinal);
        Assert.StartsWith(
            "stdin:2: the key 'prompt' is missing", Assert.Throws<InputException>(() => line.Text("prompt")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Lists_and_objects_are_decoded_and_their_errors_name_the_place()
    {
        JsonLine line = Read(
            """{"n":7,"none":null,"texts":["a",""],"numbers":[0,-2],"rows":[["a","b"],[]],"of":[{"x":"1"},{"x":2,"of":[{}]}],"bad":["a","""
                + """1]}""")[0];
        Assert.Equal(7, line.Integer("n"));
        Assert.Null(line.TextOrNull("none"));
        Assert.Null(line.TextOrNull("absent"));
        Assert.Equal(["a", ""], line.Texts("texts"));
        Assert.Equal([0, -2], line.Integers("numbers"));
        Assert.Equal([["a", "b"], []], line.Rows("rows"));
        IReadOnlyList<JsonLine> inner = line.Objects("of");
        Assert.Equal("1", inner[0].Text("x"));
        Assert.Equal("stdin:1: of[1]: 'x' is a number, not a string", Assert.Throws<InputException>(() => inner[1].Text("x")).Message);
        Assert.StartsWith(
            "stdin:1: of[1]: of[0]: the key 'y' is missing",
            Assert.Throws<InputException>(() => inner[1].Objects("of")[0].Text("y")).Message, StringComparison.Ordinal);
        Assert.Equal("stdin:1: 'bad[1]' is a number, not a string", Assert.Throws<InputException>(() => line.Texts("bad")).Message);
        Assert.Equal("stdin:1: 'texts[0]' is a string, not an object", Assert.Throws<InputException>(() => line.Objects("texts")).Message);
        Assert.Equal("stdin:1: 'n' is a number, not a list", Assert.Throws<InputException>(() => line.Rows("n")).Message);
    }

    [Fact]
    public void A_pipe_that_gives_little_at_once_does_not_make_reading_quadratic()
    {
        string text = new('x', 3_000_000);
        Dribble pipe = new(Encoding.UTF8.GetBytes($$"""[{"text":"{{text}}"},{"text":"y"}]"""));
        Assert.Equal([text, "y"], JsonLines.Read(pipe, "stdin").Select(line => line.Text("text")));
    }

    /// <summary>A stream that cannot seek and gives 16 bytes at a time.</summary>
    private sealed class Dribble(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 16));
    }
}
