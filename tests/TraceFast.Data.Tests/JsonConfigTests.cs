using System.Text;
using TraceFast.Data.Json;

namespace TraceFast.Data.Tests;

public sealed class JsonConfigTests
{
    [Theory]
    [InlineData("[1]", "f.json: found a list at the top level, expected an object")]
    [InlineData("{\"a\": 1,\n \"b\":}", "f.json:2: not valid JSON: ")]
    [InlineData("{\"a\": 1,\n \"a\": 2}", "f.json: not valid JSON: the key 'a' appears twice")]
    [InlineData("{\n\n\"a\": \"\\ud800\"}", "f.json:3: found a string that is no valid Unicode (half of a surrogate pair), expected text")]
    [InlineData("{\"\\udc00\": 1}", "f.json:1: found a string that is no valid Unicode (half of a surrogate pair), expected text")]
    public void Errors_of_a_file_name_its_line(string text, string expected) => Assert.StartsWith(
        expected, Assert.Throws<InputException>(() => JsonConfig.Parse("f.json", Encoding.UTF8.GetBytes(text))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Errors_name_the_path_from_the_root_of_the_file()
    {
        JsonConfig part = JsonConfig.ParsePart("f.json", "model.steps", """[{"size": "x"}, 7]"""u8.ToArray());
        Assert.Equal(
            "f.json: 'model.steps[0].size': found \"x\", expected a whole number from 0 to 2147483647",
            Assert.Throws<InputException>(() => part.Items()[0].Required("size").AsInteger()).Message);
        Assert.Equal(
            "f.json: 'model.steps[0].none': missing, expected in this kind of file",
            Assert.Throws<InputException>(() => part.Items()[0].Required("none")).Message);
        Assert.Equal(
            "f.json: 'model.steps[1]': found 7, expected an object",
            Assert.Throws<InputException>(() => part.Items()[1].Optional("size")).Message);
        Assert.Equal("f.json: 'model.steps': found two steps, expected one", part.Error("two steps", "one").Message);
        Assert.StartsWith(
            "f.json: 'model.steps': found a string that is no valid Unicode",
            Assert.Throws<InputException>(() => JsonConfig.ParsePart("f.json", "model.steps", "\"\\ud800\""u8.ToArray())).Message,
            StringComparison.Ordinal);
    }
}
