using static TraceFast.Constraints.Tests.Samples;

namespace TraceFast.Constraints.Tests.Format;

public class DataFormatTests
{
    [Fact]
    public void A_json_object_is_the_whole_answer()
    {
        Constraint keys = Make("json_object", ("keys", new[] { "name", "摘要" }));
        keys.Obeys("{\"name\": 1, \"摘要\": [2], \"more\": null}");
        keys.Obeys("  {\"摘要\": \"a\\nb\", \"name\": {}}\n");
        keys.Obeys("```json\n{\"name\": 1,\n  \"摘要\": 2}\n```");
        keys.Obeys("~~~\n{\"name\": 1, \"摘要\": 2}\n~~~\n");
        keys.Violates("Here it is: {\"name\": 1, \"摘要\": 2}");
        keys.Violates("```json\n{\"name\": 1, \"摘要\": 2}\n```\nDone.");
        keys.Violates("```json\n{\"name\": 1, \"摘要\": 2}");
        keys.Violates("{\"name\": 1}");
        keys.Violates("{\"Name\": 1, \"摘要\": 2}");
        keys.Violates("{\"name\": 1, \"摘要\": 2,}");
        keys.Violates("{\"name\": 1, \"摘要\": 2, \"name\": 3}");
        keys.Violates("{'name': 1, '摘要': 2}");
        keys.Violates("{\"name\": 1, \"摘要\": 2} // done }");
        keys.Violates("[{\"name\": 1, \"摘要\": 2}]");
        keys.Violates("{\"inner\": {\"name\": 1, \"摘要\": 2}}");
        keys.Violates("");
        keys.Violates("{}{}");
        keys.Violates(new string('{', 100_000) + new string('}', 100_000));
    }

    [Fact]
    public void A_json_array_has_elements_at_its_top()
    {
        Constraint two = Make("json_array", ("min", 2), ("max", 2));
        two.Obeys("[1, [2, 3, 4]]");
        two.Obeys("```\n[{}, {}]\n```");
        two.Violates("[1]");
        two.Violates("[1, 2, 3]");
        two.Violates("{\"a\": [1, 2]}");
        two.Violates("[1, 2");
        Make("json_array", ("max", 1)).Obeys("[]");
    }

    [Fact]
    public void Csv_is_as_rfc_4180_has_it()
    {
        Constraint csv = Make("csv", ("columns", new[] { "Item", "Cost" }));
        csv.Obeys("Item,Cost\r\nTea,2\r\nBread,3\r\n");
        csv.Obeys("```csv\nItem,Cost\nTea,2\n```");
        csv.Obeys("Item,Cost\n\"Tea, green\",\"two\nlines \"\"quoted\"\"\"");
        csv.Obeys("\"Item\",\"Cost\"\n,");
        csv.Violates("Item,Cost");
        csv.Violates("Item,Cost\nTea");
        csv.Violates("Item,Cost\nTea,2,3");
        csv.Violates("Item, Cost\nTea, 2");
        csv.Violates("Cost,Item\n2,Tea");
        csv.Violates("Item,Cost\nTea,2\n\nThat is all.");
        csv.Violates("Item,Cost\nTe\"a,2");
        csv.Violates("Item,Cost\nTea,\"2\"\"");
        csv.Violates("Item，Cost\nTea，2");
        csv.Violates("");
    }

    [Fact]
    public void An_xml_element_stands_around_the_answer()
    {
        Constraint tag = Make("xml_element", ("tag", "answer"));
        tag.Obeys("<answer>a < b & c</answer>");
        tag.Obeys("\n<answer id=\"1\">\ntext\n</answer>\n");
        tag.Obeys("```xml\n<answer>text</answer>\n```");
        tag.Violates("<answer></answer>");
        tag.Violates("<answers>text</answers>");
        tag.Violates("<answer>text</answer> Done.");
        tag.Violates("<answer>a</answer><answer>b</answer>");
        tag.Violates("<answer text</answer>");
        tag.Violates("<Answer>text</Answer>");
        Assert.Throws<ConstraintException>(() => Make("xml_element", ("tag", "a b")));
    }

    [Theory]
    [InlineData("# Heading\ntext", true)]
    [InlineData("- a\n- b", true)]
    [InlineData("some **bold** text", true)]
    [InlineData("| a | b |\n|---|---|\n| 1 | 2 |", true)]
    [InlineData("use `code` here", true)]
    [InlineData("[text](http://a.b)", true)]
    [InlineData("> quoted", true)]
    [InlineData("1. one\n2. two", false)]
    [InlineData("See http://a.b and 2 * 3 * 4.", false)]
    [InlineData("• one\n• two", false)]
    [InlineData("plain", false)]
    public void Markdown_is_what_plain_text_has_not(string text, bool obeyed) => Expect(Make("markdown"), text, obeyed);

    [Fact]
    public void A_table_has_columns_and_rows()
    {
        Constraint columns = Make("markdown_table", ("columns", new[] { "Name", "价格" }));
        columns.Obeys("See:\n\n| Name | 价格 |\n|---|---|\n| Tea | 2 |");
        columns.Obeys("| **name** | `价格` |\n|:--|--:|");
        columns.Violates("| 价格 | Name |\n|---|---|\n| 2 | Tea |");
        columns.Violates("| Name | 价格 | More |\n|---|---|---|\n| 1 | 2 | 3 |");
        columns.Violates("| Name | 价格 |\n| Tea | 2 |");
        columns.Violates("```\n| Name | 价格 |\n|---|---|\n```");
        columns.Violates("| Name | 价格 |\n|---|---|\n\n| A | B |\n|---|---|");
        Constraint rows = Make("markdown_table", ("rows_min", 2), ("rows_max", 3));
        rows.Obeys("| a |\n|---|\n| 1 |\n| 2 |");
        rows.Violates("| a |\n|---|\n| 1 |");
        rows.Violates("text");
        Make("markdown_table").Obeys("a | b\n--- | ---\n1 | 2");
        Assert.Throws<ConstraintException>(() => Make("markdown_table", ("rows_min", 3), ("rows_max", 2)));
    }

    [Fact]
    public void Code_blocks_are_closed_and_marked()
    {
        Make("code_block").Obeys("text\n```\ncode\n```");
        Make("code_block").Violates("text\n```\ncode");
        Make("code_block").Violates("`code`");
        Constraint python = Make("code_block", ("language", "python"));
        python.Obeys("```Python\nx\n```\n\n~~~python title\ny\n~~~");
        python.Violates("```python\nx\n```\n\n```bash\ny\n```");
        python.Violates("```\nx\n```");
    }

    private static void Expect(Constraint constraint, string text, bool obeyed)
    {
        if (obeyed)
            constraint.Obeys(text);
        else
            constraint.Violates(text);
    }
}
