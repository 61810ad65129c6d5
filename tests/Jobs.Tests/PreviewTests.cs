using System.Net;
using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json;
using Visuels.Jobs.Templates;
using Visuels.Testing;

namespace Visuels.Jobs.Tests;

public sealed class PreviewTests(JobsApp jobs) : IClassFixture<JobsApp>
{
    private readonly ServiceUnderTest _app = jobs.Service;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_template_has_a_sample_and_each_can_be_looked_at_as_page_and_as_text()
    {
        var known = typeof(MailTemplates).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!);

        var list = await _app.Anonymous.GetFromJsonAsync<TemplateList>("/dev/templates", JsonSerializerOptions.Web, Ct);

        Assert.Equal(known.Order(), list!.Templates.Select(template => template.Name).Order());
        foreach (var template in list.Templates)
        {
            Assert.NotEmpty(template.Samples);
            Assert.Equal(template.Samples.Count, template.Samples.Select(sample => sample.Name).Distinct().Count());
            foreach (var sample in template.Samples)
            {
                var page = await _app.Anonymous.GetStringAsync(sample.Href, Ct);
                var text = await _app.Anonymous.GetStringAsync($"{sample.Href}&part=text", Ct);
                Assert.StartsWith("<!doctype html>", page, StringComparison.Ordinal);
                Assert.Contains($"<title>{sample.Subject}</title>", page, StringComparison.Ordinal);
                Assert.StartsWith("Hello ", text, StringComparison.Ordinal);
                Assert.DoesNotContain("<", text, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task A_template_without_a_chosen_sample_shows_its_first_and_a_part_has_its_type()
    {
        var page = await _app.Anonymous.GetAsync("/dev/templates/order-status", Ct);
        var text = await _app.Anonymous.GetAsync("/dev/templates/order-status?sample=sold&part=text", Ct);

        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        Assert.Contains("has seen your order", await page.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Equal("text/plain", text.Content.Headers.ContentType?.MediaType);
        Assert.Contains("was sold to another buyer", await text.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; style-src 'unsafe-inline'", policy, StringComparison.Ordinal);
        Assert.Contains("sandbox", policy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/dev/templates/none", HttpStatusCode.NotFound)]
    [InlineData("/dev/templates/code?sample=none", HttpStatusCode.NotFound)]
    [InlineData("/dev/templates/code?part=pdf", HttpStatusCode.BadRequest)]
    public async Task What_there_is_not_is_said_to_be_missing(string path, HttpStatusCode status) =>
        Assert.Equal(status, (await _app.Anonymous.GetAsync(path, Ct)).StatusCode);

    [Fact]
    public async Task Outside_Development_there_is_no_preview()
    {
        await using var app = await JobsApp.StartAsync(test => test.Environment = "Staging");

        Assert.Equal(HttpStatusCode.NotFound, (await app.Anonymous.GetAsync("/dev/templates", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Anonymous.GetAsync("/dev/templates/code", Ct)).StatusCode);
    }

    private sealed record TemplateList(IReadOnlyList<Template> Templates);

    private sealed record Template(string Name, IReadOnlyList<Sample> Samples);

    private sealed record Sample(string Name, string Subject, string Href);
}
