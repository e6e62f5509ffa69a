using System.Text.Json;
using System.Text.RegularExpressions;

namespace TraceFast.Report.Tests;

public class HtmlPageTests
{
    private static readonly LineChart s_loss = new("Loss", "step", "nats", [
        new Series("train", [0, 1, 2, 3], [0.7, 0.6, double.NaN, 0.4]),
        new Series("eval </script><b>", [1.5, 3], [0.65, 0.5])]);

    [Fact]
    public void Columns_are_aligned_on_the_union_of_the_x_values()
    {
        double?[][] columns = s_loss.Columns();
        Assert.Equal([0, 1, 1.5, 2, 3], columns[0]);
        Assert.Equal([0.7, 0.6, null, null, 0.4], columns[1]);
        Assert.Equal([null, null, 0.65, null, 0.5], columns[2]);
    }

    [Fact]
    public void A_page_holds_its_data_and_refers_to_nothing_outside()
    {
        string page = HtmlPage.Render("a < b", [("model", "x & y")], [s_loss]);
        Assert.Contains("<h1>a &lt; b</h1>", page, StringComparison.Ordinal);
        Assert.Contains("<td>x &amp; y</td>", page, StringComparison.Ordinal);
        Assert.DoesNotMatch(new Regex("(src|href)\\s*=\\s*[\"']"), page);
        Assert.Equal(2, Regex.Count(page, "</script>"));

        string json = Regex.Match(page, "const charts = (.*);\n").Groups[1].Value;
        JsonElement chart = JsonDocument.Parse(json).RootElement[0];
        Assert.Equal("eval </script><b>", chart.GetProperty("names")[1].GetString());
        Assert.Equal(JsonValueKind.Null, chart.GetProperty("data")[1][3].ValueKind);
        Assert.Equal(0.4, chart.GetProperty("data")[1][4].GetDouble());
    }

    [Fact]
    public void A_curve_that_goes_back_or_lacks_values_is_refused_by_name()
    {
        LineChart back = new("t", "x", "y", [new Series("back", [0, 2, 1], [1, 1, 1])]);
        Assert.Contains("'back': x[2]", Assert.Throws<ArgumentException>(() => back.Columns()).Message, StringComparison.Ordinal);
        LineChart shorter = new("t", "x", "y", [new Series("s", [0, 2], [1])]);
        Assert.Contains("2 x values but 1", Assert.Throws<ArgumentException>(() => shorter.Columns()).Message, StringComparison.Ordinal);
    }
}
